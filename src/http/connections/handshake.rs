//! Closing a listening socket without resetting connections.
//!
//! Closing the listening socket resets the connections that the operating system has accepted but
//! the program has not, although their clients may have sent a request. Therefore, the socket first
//! stops accepting handshakes, then its queue is emptied, and then it is closed. Clients that
//! connect in the meantime get no reply, retry a second later, and are then refused as by a stopped
//! server.

use std::io;
use tokio::net::TcpListener;

/// Makes a listening socket ignore requests for new connections (SYN without ACK, RFC 9293, 3.5).
/// Handshakes in progress continue.
///
/// # Errors
/// Errors of the operating system.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn stop(listener: &TcpListener) -> io::Result<()> {
    use socket2::{SockFilter, SockRef};
    /// Load the byte at a fixed offset of the packet.
    const LOAD_BYTE: u16 = 0x30;
    /// Jump to one of two instructions, depending on a bit.
    const JUMP_IF_SET: u16 = 0x45;
    /// Return the number of bytes that the socket receives.
    const RETURN: u16 = 0x06;
    /// The offset of the flags in the segment header.
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    // A program for the kernel's packet filter (Linux documentation, "Linux Socket Filtering").
    SockRef::from(listener).attach_filter(&[
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS),
        SockFilter::new(JUMP_IF_SET, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ])
}

/// Does nothing: other systems have no such filter.
///
/// # Errors
/// Never fails.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn stop(_: &TcpListener) -> io::Result<()> {
    Ok(())
}
