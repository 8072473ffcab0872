//! Holds the version macros of the checked-in header to the crate's version.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
}
