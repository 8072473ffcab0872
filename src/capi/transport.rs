//! A caller's transport behind safe calls.

use super::boundary::{Versioned, read_into};
use crate::status::{Error, Result};
use crate::transport::{HostName, Pipe, TRANSPORT_PLAIN, Transport};

/// linkauth_transport.flags: the transport does not encrypt. Registration refuses such a transport.
pub const LINKAUTH_TRANSPORT_PLAIN: u32 = 1;
const _: () = assert!(LINKAUTH_TRANSPORT_PLAIN == TRANSPORT_PLAIN);

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for Transport {
    const FIRST_SIZE: usize = 8 + 6 * size_of::<usize>();
}

pub(super) struct CallbackPipe {
    callbacks: Transport,
    system_error: i32,
}

impl CallbackPipe {
    pub(super) const NONE: CallbackPipe = CallbackPipe {
        // SAFETY: all zero is a value of it, by the contract of Versioned.
        callbacks: unsafe { core::mem::zeroed() },
        system_error: 0,
    };

    /// In place of `NONE`.
    ///
    /// # Safety
    /// As of `read_into`.
    #[inline(never)]
    pub(super) unsafe fn read_in_place(&mut self, transport: *const Transport) -> Result<()> {
        let callbacks = &mut self.callbacks;
        // SAFETY: the contract is this function's.
        unsafe { read_into(transport, callbacks)? };
        if callbacks.flags & !TRANSPORT_PLAIN != 0 {
            return Err(Error::RESERVED_NOT_ZERO);
        }
        let is_complete = callbacks.open.is_some()
            && callbacks.write.is_some()
            && callbacks.read.is_some()
            && callbacks.close.is_some();
        if !is_complete {
            return Err(Error::CALLBACK_MISSING);
        }
        Ok(())
    }

    #[inline(never)]
    fn outcome(&mut self, status: i32) -> Result<()> {
        self.system_error = 0;
        if status < 0 {
            self.system_error = status.wrapping_neg();
            return Err(Error::TRANSPORT_IO);
        }
        Error::from_callback(status)
    }
}

impl Pipe for CallbackPipe {
    #[inline(always)]
    fn open(&mut self, host: HostName<'_>, port: u16, timeout_ms: u32) -> Result<()> {
        let open = self.callbacks.open.ok_or(Error::CALLBACK_MISSING)?;
        let host = host.as_bytes_with_nul();
        // SAFETY: the host is NUL-terminated and lives through the call; the callback keeps its
        // contract by the C caller's promise.
        let status = unsafe {
            open(
                self.callbacks.user,
                host.as_ptr().cast(),
                host.len().wrapping_sub(1),
                port,
                timeout_ms,
            )
        };
        self.outcome(status)
    }

    #[inline(always)]
    fn write(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize> {
        let write = self.callbacks.write.ok_or(Error::CALLBACK_MISSING)?;
        let mut sent = 0;
        // SAFETY: the data is readable for its length and lives through the call; the callback
        // keeps its contract by the C caller's promise.
        let status = unsafe {
            write(
                self.callbacks.user,
                data.as_ptr(),
                data.len(),
                &raw mut sent,
                timeout_ms,
            )
        };
        self.outcome(status).map(|()| sent)
    }

    #[inline(always)]
    fn read(&mut self, data: &mut [u8], timeout_ms: u32) -> Result<usize> {
        let read = self.callbacks.read.ok_or(Error::CALLBACK_MISSING)?;
        let mut received = 0;
        // SAFETY: the buffer is writable for its length and lives through the call; the callback
        // keeps its contract by the C caller's promise.
        let status = unsafe {
            read(
                self.callbacks.user,
                data.as_mut_ptr(),
                data.len(),
                &raw mut received,
                timeout_ms,
            )
        };
        self.outcome(status).map(|()| received)
    }

    fn close(&mut self) {
        if let Some(close) = self.callbacks.close {
            // SAFETY: the callback keeps its contract by the C caller's promise.
            unsafe { close(self.callbacks.user) };
        }
    }

    fn now_ms(&mut self) -> Option<u64> {
        // SAFETY: the callback keeps its contract by the C caller's promise.
        self.callbacks
            .now_ms
            .map(|now_ms| unsafe { now_ms(self.callbacks.user) })
    }

    fn is_plain(&self) -> bool {
        self.callbacks.flags & TRANSPORT_PLAIN != 0
    }

    fn system_error(&self) -> i32 {
        self.system_error
    }
}
