//! How a socket stops listening without cutting off a connection.
//!
//! A connection that the operating system has accepted but the program has not is reset when the
//! listening socket is closed, and its client may have sent a request by then. So the socket first
//! takes no more handshakes, then what has been accepted is taken out of its queue, and only then is
//! it closed. Clients that come meanwhile hear nothing, try again a second later, and are refused
//! then, as by a server that is not there.

use std::io;
use tokio::net::TcpListener;

/// Makes a listening socket ignore requests for new connections (SYN without ACK, RFC 9293, 3.5).
/// Handshakes that have begun go on.
///
/// # Errors
/// Those of the operating system.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn stop(listener: &TcpListener) -> io::Result<()> {
    use socket2::{SockFilter, SockRef};
    /// Load the byte at a fixed place of the packet.
    const LOAD_BYTE: u16 = 0x30;
    /// Go on at one of two places, by whether a bit is set.
    const JUMP_IF_SET: u16 = 0x45;
    /// How many bytes of the packet the socket gets.
    const RETURN: u16 = 0x06;
    /// The place of the flags in the header of a segment.
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

/// Elsewhere there is no such filter.
///
/// # Errors
/// None.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn stop(_: &TcpListener) -> io::Result<()> {
    Ok(())
}
