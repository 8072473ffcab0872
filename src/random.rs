//! Where random bytes come from: a callback, or the system. There is no fallback to anything
//! weaker, and no built-in constant.

use crate::status::{Error, Result};

/// A source of random bytes.
pub trait Random {
    /// Fills `bytes` or fails.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()>;
}

/// Fills `bytes`, and refuses a source that left them all alike: it did not write, or is stuck.
pub(crate) fn fill(source: &mut impl Random, bytes: &mut [u8]) -> Result<()> {
    source.fill(bytes)?;
    let Some((first, others)) = bytes.split_first() else {
        return Ok(());
    };
    if others.iter().all(|other| other == first) {
        return Err(Error::RANDOM_FAILED);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Source(fn(&mut [u8]) -> Result<()>);
    impl Random for Source {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
            (self.0)(bytes)
        }
    }

    #[test]
    fn a_source_that_writes_nothing_is_refused() {
        let mut bytes = [0; 8];
        let untouched = fill(&mut Source(|_| Ok(())), &mut bytes);
        assert_eq!(untouched, Err(Error::RANDOM_FAILED));
        let works = fill(
            &mut Source(|bytes| {
                bytes[3] = 1;
                Ok(())
            }),
            &mut bytes,
        );
        assert_eq!(works, Ok(()));
    }
}
