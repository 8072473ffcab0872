//! The C API: check what came in, call, write what goes out. `include/linkauth_tls.h` is made from
//! this file, so the comments speak Doxygen's language.
#![allow(rustdoc::broken_intra_doc_links)]

use core::ffi::{CStr, c_char, c_void};
use core::mem::{MaybeUninit, offset_of, size_of};
use core::ptr;
use core::slice;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, TryLockError};
use std::time::Instant;

use linkauth::status::{Error, OK};
use linkauth::transport::Transport;
use linkauth::{Unguarded, scrubbed};

use crate::failure::Failure;
use crate::options::Options;
use crate::roots::PEM_MAX;
use crate::transport::TlsTransport;

/// Do not trust the public roots that are compiled in: only those of `roots_file` and
/// `roots_pem`.
pub const LINKAUTH_TLS_NO_PUBLIC_ROOTS: u32 = 1;

/// The length of a text that ends in NUL, as in linkauth.h.
const NUL_TERMINATED: usize = usize::MAX;
/// The longest path, as in Linux's PATH_MAX.
const PATH_LEN_MAX: usize = 4096;
/// The longest host name or address, as in NI_MAXHOST.
const HOST_LEN_MAX: usize = 1025;
/// The largest `struct_size` that is looked at: beyond it is no struct but garbage.
const STRUCT_SIZE_MAX: usize = 4096;
/// The most that one read may take: what is passed on as a slice stays far below `isize::MAX`.
const READ_MAX: usize = 64 << 10;

/// A TLS transport: what it trusts, and at most one connection. Made by linkauth_tls_create, freed
/// by linkauth_tls_free.
pub struct Tls {
    transport: Mutex<TlsTransport>,
    errno: AtomicI32,
    origin: Instant,
}

/// What a transport trusts and where it connects. All members but `struct_size` may be 0.
///
/// Texts are a pointer and a length in bytes without the NUL; the length LINKAUTH_NUL_TERMINATED
/// says that the text ends in NUL. A NULL pointer with length 0 (or LINKAUTH_NUL_TERMINATED) says
/// that the text is not given. Nothing is kept of the caller's memory after linkauth_tls_create.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TlsOptions {
    /// `sizeof(linkauth_tls_options)` as the caller was compiled. A newer linkauth_tls appends
    /// members, and 0 in them means what was before.
    pub struct_size: u32,
    /// Bits of `LINKAUTH_TLS_*`; the others must be 0.
    pub flags: u32,
    /// The path of a regular file with root certificates in PEM, at most 4 MiB; or NULL.
    pub roots_file: *const c_char,
    /// Length of `roots_file`, at most 4096.
    pub roots_file_len: usize,
    /// Root certificates in PEM, at most 4 MiB; or NULL.
    pub roots_pem: *const u8,
    /// Length of `roots_pem`.
    pub roots_pem_len: usize,
    /// The most that `open` may take for name lookup, connection and handshake together, in
    /// milliseconds; 0 is 10000. A smaller time-out of the call itself prevails.
    pub connect_timeout_ms: u32,
    /// Must be 0.
    pub reserved: u32,
    /// A name or an IP address (IPv6 without brackets) to connect to in place of the host; or
    /// NULL. The port stays the same, and the certificate must name the host all the same: this
    /// weakens no check.
    pub connect_address: *const c_char,
    /// Length of `connect_address`, at most 254.
    pub connect_address_len: usize,
}

/// The size of `TlsOptions` in version 0.1: the least that is accepted.
const OPTIONS_SIZE_FIRST: usize = 16 + 6 * size_of::<usize>();

const _: () = {
    let word = size_of::<usize>();
    assert!(offset_of!(TlsOptions, flags) == 4);
    assert!(offset_of!(TlsOptions, roots_file) == 8);
    assert!(offset_of!(TlsOptions, roots_file_len) == 8 + word);
    assert!(offset_of!(TlsOptions, roots_pem) == 8 + 2 * word);
    assert!(offset_of!(TlsOptions, roots_pem_len) == 8 + 3 * word);
    assert!(offset_of!(TlsOptions, connect_timeout_ms) == 8 + 4 * word);
    assert!(offset_of!(TlsOptions, reserved) == 12 + 4 * word);
    assert!(offset_of!(TlsOptions, connect_address) == 16 + 4 * word);
    assert!(offset_of!(TlsOptions, connect_address_len) == 16 + 5 * word);
    assert!(size_of::<TlsOptions>() == OPTIONS_SIZE_FIRST);
    // linkauth_tls_transport writes a whole `Transport` into memory of a caller who may have been
    // compiled with the first version of it. Whoever appends a member must write only the first.
    assert!(size_of::<Transport>() == 8 + 6 * word);
};

/// Makes a transport and reads its root certificates.
///
/// Connects to nothing. The server's certificate chain and host name are always verified; there
/// is no option against it. The public roots are those that Mozilla trusts for TLS at the time of
/// this version. They lack GlobalSign Root CA (R1) and Alibaba Cloud's private root for port 8883:
/// give these where the server needs them. Every certificate that is given must be readable.
///
/// @param[in] options What to trust and where to connect; NULL for the defaults, which are the
/// public roots and 10 s.
/// @param[out] out Where to put the transport. Set to NULL on failure. Must not be NULL.
///
/// @retval LINKAUTH_OK The transport is at `*out`.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL `out` is NULL, or a text is NULL with a length.
/// @retval LINKAUTH_ERROR_ARGUMENT_EMPTY `roots_file` or `connect_address` is given with length 0.
/// @retval LINKAUTH_ERROR_ARGUMENT_TOO_LONG A text is longer than its member allows.
/// @retval LINKAUTH_ERROR_ARGUMENT_CHARACTER `roots_file` contains NUL, or `connect_address` is
/// neither a host name nor an IP address.
/// @retval LINKAUTH_ERROR_STRUCT_SIZE `struct_size` is smaller than in version 0.1 or larger than
/// 4096, or a member that this version does not know is not 0.
/// @retval LINKAUTH_ERROR_RESERVED_NOT_ZERO `reserved` or an unknown flag is not 0.
/// @retval LINKAUTH_ERROR_TRANSPORT_ROOTS Roots that were given cannot be read, are malformed or
/// hold no certificate; or none were given with LINKAUTH_TLS_NO_PUBLIC_ROOTS.
/// @retval LINKAUTH_ERROR_OUT_OF_MEMORY The file of the roots does not fit into memory. Where
/// smaller amounts are missing, the library ends the process by abort().
///
/// Ownership: the caller frees the transport with linkauth_tls_free. The options stay the caller's
/// and may go after the call.
/// Wiped: what was read of `roots_file` is wiped before return.
/// Threads: any, also at the same time.
/// Blocks: reads a file.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or points to `struct_size` readable bytes whose texts are readable; `out` is
/// NULL or writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_tls_create(
    options: *const TlsOptions,
    out: *mut *mut Tls,
) -> i32 {
    if out.is_null() {
        return Error::ARGUMENT_NULL.number();
    }
    // SAFETY: `out` is not NULL, and the caller made it writable; `options` is passed on under
    // the contract of this function.
    unsafe {
        out.write(ptr::null_mut());
        match create(options) {
            Ok(tls) => {
                out.write(Box::into_raw(tls));
                OK
            }
            Err(failure) => failure.error.number(),
        }
    }
}

/// Frees a transport; an open connection is closed first.
///
/// Does not wait: what cannot be sent at once is not sent. A name lookup that outlived its
/// time-out ends by itself, on a thread of this library.
///
/// @param[in] tls The transport; NULL does nothing. The pointer must not be used again, nor may a
/// linkauth_transport that was filled from it.
///
/// Ownership: ends here.
/// Wiped: all memory of the transport is wiped before it is freed.
/// Threads: any, while no other call uses `tls`.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `tls` is NULL or came from linkauth_tls_create and was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_tls_free(tls: *mut Tls) {
    if !tls.is_null() {
        // SAFETY: the pointer came from `Box::into_raw` and is given back once.
        let tls = unsafe { Box::from_raw(tls) };
        scrubbed::<{ depth::RECORD }, _>(Unguarded, || drop(tls));
    }
}

/// Fills in the callbacks that linkauth calls to reach the platform.
///
/// Connects to nothing: `open` does. The callbacks are:
/// - `open` looks up `host`, connects to its addresses in turn, shakes hands by TLS 1.2 or 1.3 and
///   verifies the certificate. Its time-out bounds all of that; 0 leaves the bound to
///   `connect_timeout_ms`. LINKAUTH_ERROR_BUSY if a connection is open already.
/// - `write` takes up to 16 KiB per call. After a failure only `close` is of use.
/// - `read` reports 0 bytes only after close_notify. After LINKAUTH_ERROR_TRANSPORT_TIMED_OUT it may
///   be called again.
/// - `close` sends close_notify if that is possible at once. Without a connection it does nothing.
/// - `now_ms` reads CLOCK_MONOTONIC; its origin is the creation of `tls`.
///
/// A time-out of 0 in `write` and `read` is 10 s. Signals end no wait. SIGPIPE is never raised.
///
/// Besides LINKAUTH_OK, `open`, `write` and `read` return: LINKAUTH_ERROR_ARGUMENT_NULL (a pointer
/// is NULL), _ARGUMENT_EMPTY (a length is 0), _ARGUMENT_TOO_LONG, _ARGUMENT_CHARACTER (`host` is
/// neither a name nor an IP address), _ARGUMENT_RANGE (`port` is 0), _BUSY, _NOT_INITIALISED (not
/// open), _RANDOM_FAILED, _TRANSPORT_HOST_NOT_FOUND, _TRANSPORT_REFUSED, _TRANSPORT_TIMED_OUT,
/// _TRANSPORT_CERTIFICATE (untrusted, expired, not yet valid), _TRANSPORT_HOSTNAME, _TRANSPORT_TLS,
/// _TRANSPORT_CLOSED (reset, or ended without close_notify), _TRANSPORT_IO, _OUT_OF_MEMORY (no thread
/// for the name lookup), and for any other failure of the system's its negative error number. On failure `*sent` and `*received` are 0.
///
/// @param[in] tls The transport. Must not be NULL.
/// @param[out] out Where to put the callbacks, with `struct_size`, `flags` 0 and `user` = `tls`.
/// Zeroed on failure. Must not be NULL.
///
/// @retval LINKAUTH_OK `*out` is filled in.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL `tls` or `out` is NULL.
///
/// Ownership: `*out` is the caller's, and borrows `tls`: it is good until linkauth_tls_free.
/// Wiped: every block of heap in which this library had plaintext or keys is wiped before it is
/// freed, all of them by `close`; until then what was received may still lie there. Before a
/// callback returns, the registers are cleared and the stack that it used is overwritten: `open`
/// needs 64 KiB of stack, the others 24 KiB. What the kernel keeps is not wiped: socket buffers,
/// and the registers that it saves for a signal handler which runs meanwhile on a stack of its own.
/// Threads: any; the callbacks too. A callback that finds another at work on the same transport
/// returns LINKAUTH_ERROR_BUSY, and `close` does nothing then.
/// Blocks: no; the callbacks block up to their time-outs. `open` starts a thread for a name
/// lookup, with the caller's signal mask; at most one per transport, and none for an IP address.
/// Since 0.1.0.
///
/// # Safety
/// `tls` is NULL or a live transport; `out` is NULL or writable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_tls_transport(tls: *mut Tls, out: *mut Transport) -> i32 {
    if out.is_null() {
        return Error::ARGUMENT_NULL.number();
    }
    if tls.is_null() {
        // SAFETY: `out` is not NULL and writable; all members may be zero bytes.
        unsafe { out.write_bytes(0, 1) };
        return Error::ARGUMENT_NULL.number();
    }
    let filled = Transport {
        struct_size: size_of::<Transport>() as u32,
        flags: 0,
        user: tls.cast(),
        open: Some(open),
        write: Some(write),
        read: Some(read),
        close: Some(close),
        now_ms: Some(now_ms),
    };
    // SAFETY: `out` is not NULL, and the caller made it writable.
    unsafe { out.write(filled) };
    OK
}

/// Tells the system's error number (errno) of the last failure that had one.
///
/// Says nothing about failures of TLS, certificates or name lookup, which have no such number.
/// Does not touch errno itself.
///
/// @param[in] tls The transport, or NULL.
///
/// @return The number since the last call of `open`; 0 if there was none, or `tls` is NULL.
///
/// Ownership: unchanged.
/// Wiped: nothing to wipe.
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `tls` is NULL or a live transport.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_tls_last_errno(tls: *const Tls) -> i32 {
    // SAFETY: the caller keeps the transport alive during the call.
    unsafe { tls.as_ref() }.map_or(0, |tls| tls.errno.load(Ordering::Relaxed))
}

/// Bytes of stack that a callback burns: at least twice what it was measured to use.
mod depth {
    /// A handshake: 18 KB.
    pub(super) const OPEN: usize = 40 << 10;
    /// One record: 5 KB.
    pub(super) const RECORD: usize = 12 << 10;
}

impl Tls {
    /// Runs `work` on the transport, unless another call is at it. Of what passes through it nothing
    /// is left in registers, nor in the `DEPTH` bytes of stack below. Signals stay as they are: the
    /// callbacks wait for the network.
    fn run<const DEPTH: usize, T>(
        &self,
        work: impl FnOnce(&mut TlsTransport) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let mut transport = match self.transport.try_lock() {
            Ok(transport) => transport,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(Error::BUSY),
        };
        let result = scrubbed::<DEPTH, _>(Unguarded, || work(&mut transport));
        result.map_err(|failure| {
            if failure.errno != 0 {
                self.errno.store(failure.errno, Ordering::Relaxed);
            }
            failure.error
        })
    }
}

/// # Safety
/// As of linkauth_tls_create.
unsafe fn create(options: *const TlsOptions) -> Result<Box<Tls>, Failure> {
    let transport = if options.is_null() {
        TlsTransport::new(&Options::default())?
    } else {
        // SAFETY: not NULL, and the caller made `struct_size` bytes and the texts readable. The
        // texts are used only in this block, while the caller is waiting.
        unsafe {
            let given = copy_options(options)?;
            TlsTransport::new(&rust_options(&given)?)?
        }
    };
    Ok(Box::new(Tls {
        transport: Mutex::new(transport),
        errno: AtomicI32::new(0),
        origin: Instant::now(),
    }))
}

/// The options as this version knows them, from a caller who may be older or newer.
///
/// # Safety
/// `options` points to `struct_size` readable bytes.
unsafe fn copy_options(options: *const TlsOptions) -> Result<TlsOptions, Error> {
    // SAFETY: the first member is readable whatever the version.
    let size = unsafe { (&raw const (*options).struct_size).read_unaligned() } as usize;
    if !(OPTIONS_SIZE_FIRST..=STRUCT_SIZE_MAX).contains(&size) {
        return Err(Error::STRUCT_SIZE);
    }
    let known = size_of::<TlsOptions>();
    let mut copy = MaybeUninit::<TlsOptions>::zeroed();
    // SAFETY: `size` bytes are readable, and at most `known` of them go into the copy, in which
    // all bytes may be zero. What lies beyond is looked at as bytes.
    let (copy, beyond) = unsafe {
        let from = options.cast::<u8>();
        ptr::copy_nonoverlapping(from, copy.as_mut_ptr().cast(), size.min(known));
        let beyond = slice::from_raw_parts(from.add(known.min(size)), size.saturating_sub(known));
        (copy.assume_init(), beyond)
    };
    if beyond.iter().any(|byte| *byte != 0) {
        return Err(Error::STRUCT_SIZE);
    }
    if copy.flags & !LINKAUTH_TLS_NO_PUBLIC_ROOTS != 0 || copy.reserved != 0 {
        return Err(Error::RESERVED_NOT_ZERO);
    }
    Ok(copy)
}

/// # Safety
/// The texts of `given` are readable and stay unchanged as long as the result is in use.
unsafe fn rust_options(given: &TlsOptions) -> Result<Options<'_>, Error> {
    // SAFETY: each text is readable by the contract above.
    let (file, pem, address) = unsafe {
        (
            text(given.roots_file, given.roots_file_len, PATH_LEN_MAX)?,
            text(given.roots_pem.cast(), given.roots_pem_len, PEM_MAX)?,
            text(
                given.connect_address,
                given.connect_address_len,
                HOST_LEN_MAX,
            )?,
        )
    };
    if file.is_some_and(<[u8]>::is_empty) {
        return Err(Error::ARGUMENT_EMPTY);
    }
    Ok(Options {
        public_roots: given.flags & LINKAUTH_TLS_NO_PUBLIC_ROOTS == 0,
        roots_file: file.map(|path| Path::new(OsStr::from_bytes(path))),
        roots_pem: pem,
        connect_address: address.map(utf8).transpose()?,
        connect_timeout_ms: given.connect_timeout_ms,
    })
}

/// A text of C. None if it is not given.
///
/// # Safety
/// `text` is NULL, or `len` bytes are readable there, or those up to a NUL; they stay so and
/// unchanged for `'a`.
unsafe fn text<'a>(text: *const c_char, len: usize, max: usize) -> Result<Option<&'a [u8]>, Error> {
    if text.is_null() {
        return match len {
            0 | NUL_TERMINATED => Ok(None),
            _ => Err(Error::ARGUMENT_NULL),
        };
    }
    let bytes = if len == NUL_TERMINATED {
        // SAFETY: not NULL, and the caller says that it ends in NUL.
        unsafe { CStr::from_ptr(text) }.to_bytes()
    } else if len <= max {
        // SAFETY: not NULL, `len` bytes are readable, and `max` is below `isize::MAX`.
        unsafe { slice::from_raw_parts(text.cast(), len) }
    } else {
        return Err(Error::ARGUMENT_TOO_LONG);
    };
    if bytes.len() > max {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    Ok(Some(bytes))
}

fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    str::from_utf8(bytes).map_err(|_| Error::ARGUMENT_CHARACTER)
}

fn status(result: Result<(), Error>) -> i32 {
    result.map_or_else(Error::number, |()| OK)
}

/// What a callback returns: for a failure of the system's its negative error number, which
/// linkauth reports as TRANSPORT_IO with the number in the error detail.
fn callback_status(tls: &Tls, result: Result<(), Error>) -> i32 {
    match (result, tls.errno.load(Ordering::Relaxed)) {
        (Err(Error::TRANSPORT_IO), errno) if errno > 0 => errno.saturating_neg(),
        (result, _) => status(result),
    }
}

/// # Safety
/// `user` is NULL or a live `Tls`; `host` is NULL or a readable text.
unsafe extern "C" fn open(
    user: *mut c_void,
    host: *const c_char,
    host_len: usize,
    port: u16,
    timeout_ms: u32,
) -> i32 {
    // SAFETY: by the contract above, for as long as this call lasts.
    let (tls, host) = unsafe {
        (
            user.cast::<Tls>().as_ref(),
            text(host, host_len, HOST_LEN_MAX),
        )
    };
    let (Some(tls), Ok(Some(host))) = (tls, host) else {
        return match host {
            Err(error) => error.number(),
            Ok(_) => Error::ARGUMENT_NULL.number(),
        };
    };
    let opened = tls.run::<{ depth::OPEN }, _>(|transport| {
        tls.errno.store(0, Ordering::Relaxed);
        transport.open(utf8(host)?, port, timeout_ms)
    });
    callback_status(tls, opened)
}

/// # Safety
/// `user` is NULL or a live `Tls`; `data` is NULL or has `len` readable bytes; `sent` is NULL or
/// writable.
unsafe extern "C" fn write(
    user: *mut c_void,
    data: *const u8,
    len: usize,
    sent: *mut usize,
    timeout_ms: u32,
) -> i32 {
    // SAFETY: by the contract above; the result pointer may be NULL.
    let (tls, sent) = unsafe { (user.cast::<Tls>().as_ref(), sent.as_mut()) };
    let Some(sent) = sent else {
        return Error::ARGUMENT_NULL.number();
    };
    *sent = 0;
    let Some(tls) = tls.filter(|_| !data.is_null()) else {
        return Error::ARGUMENT_NULL.number();
    };
    // SAFETY: not NULL, `len` bytes are readable, and the length is far below `isize::MAX`.
    let data = unsafe { slice::from_raw_parts(data, len.min(READ_MAX)) };
    let written = tls.run::<{ depth::RECORD }, _>(|transport| transport.write(data, timeout_ms));
    callback_status(tls, written.map(|count| *sent = count))
}

/// # Safety
/// `user` is NULL or a live `Tls`; `data` is NULL or has `capacity` writable bytes; `received` is
/// NULL or writable, and not within `data`.
unsafe extern "C" fn read(
    user: *mut c_void,
    data: *mut u8,
    capacity: usize,
    received: *mut usize,
    timeout_ms: u32,
) -> i32 {
    // SAFETY: by the contract above; the result pointer may be NULL.
    let (tls, received) = unsafe { (user.cast::<Tls>().as_ref(), received.as_mut()) };
    let Some(received) = received else {
        return Error::ARGUMENT_NULL.number();
    };
    *received = 0;
    let Some(tls) = tls.filter(|_| !data.is_null()) else {
        return Error::ARGUMENT_NULL.number();
    };
    // SAFETY: not NULL, `capacity` bytes are writable, and the length is far below `isize::MAX`.
    // They belong to this call alone while it lasts, and are only written to.
    let data = unsafe { slice::from_raw_parts_mut(data, capacity.min(READ_MAX)) };
    let read = tls.run::<{ depth::RECORD }, _>(|transport| transport.read(data, timeout_ms));
    callback_status(tls, read.map(|count| *received = count))
}

/// # Safety
/// `user` is NULL or a live `Tls`.
unsafe extern "C" fn close(user: *mut c_void) {
    // SAFETY: by the contract above.
    if let Some(tls) = unsafe { user.cast::<Tls>().as_ref() } {
        // BUSY: another thread is at work on the connection, and has no way to be told.
        let _ = tls.run::<{ depth::RECORD }, _>(|transport| {
            transport.close();
            Ok(())
        });
    }
}

/// # Safety
/// `user` is NULL or a live `Tls`.
unsafe extern "C" fn now_ms(user: *mut c_void) -> u64 {
    // SAFETY: by the contract above.
    unsafe { user.cast::<Tls>().as_ref() }.map_or(0, |tls| {
        u64::try_from(tls.origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    })
}
