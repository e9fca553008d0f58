//! The two UDP sockets of a leg: RTP on an even port, RTCP on the next (RFC 3550 §11), never blocking.
//!
//! Until the remote is settled the RTP socket is open to all and the leg judges each packet by its source. Then it is
//! connected: the kernel drops what comes from elsewhere, and a connected send costs a third less.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, UdpSocket};

use rustix::net::sockopt;

/// Expedited forwarding (RFC 3246), in the six upper bits.
const EXPEDITED: u8 = 46 << 2;

/// Ports a leg may take, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    pub low: u16,
    pub high: u16,
}

impl PortRange {
    /// How many pairs of an even port and the next fit.
    pub fn pairs(self) -> u32 {
        let first = u32::from(self.low).next_multiple_of(2);
        (u32::from(self.high) + 1).saturating_sub(first) / 2
    }

    fn pair(self, index: u32) -> Option<u16> {
        u16::try_from(u32::from(self.low).next_multiple_of(2) + 2 * index).ok()
    }
}

/// See the module's description.
#[derive(Debug)]
pub struct LegSockets {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    connected: Option<SocketAddr>,
    /// The socket has been empty since it was connected: what is in it now comes from the remote.
    is_clean: bool,
}

impl LegSockets {
    /// Binds the first free pair of the range, looking from `start` on and around.
    pub fn bind(address: IpAddr, range: PortRange, start: u32) -> io::Result<(Self, u16)> {
        let pairs = range.pairs();
        let mut refused = io::Error::new(ErrorKind::AddrInUse, "no port in the range");
        for n in 0..pairs {
            let index = (u64::from(start) + u64::from(n)) % u64::from(pairs);
            let Some(port) = range.pair(index as u32) else {
                continue;
            };
            match Self::bind_pair(address, port) {
                Ok(sockets) => return Ok((sockets, port)),
                Err(error) if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => {
                    refused = error
                }
                Err(error) => return Err(error),
            }
        }
        Err(refused)
    }

    fn bind_pair(address: IpAddr, port: u16) -> io::Result<Self> {
        let rtcp_port = port.checked_add(1).ok_or(ErrorKind::AddrInUse)?;
        let rtp = UdpSocket::bind((address, port))?;
        let rtcp = UdpSocket::bind((address, rtcp_port))?;
        for socket in [&rtp, &rtcp] {
            socket.set_nonblocking(true)?;
            // A mark that the network may ignore; a system that refuses it loses nothing.
            let _ = if address.is_ipv4() {
                sockopt::set_ip_tos(socket, EXPEDITED)
            } else {
                sockopt::set_ipv6_tclass(socket, EXPEDITED.into())
            };
        }
        Ok(Self { rtp, rtcp, connected: None, is_clean: false })
    }

    /// Makes the socket what the leg's latch says it should be.
    pub fn follow(&mut self, settled: Option<SocketAddr>) {
        if self.connected == settled {
            return;
        }
        self.is_clean = false;
        self.connected = match settled {
            Some(remote) if self.rtp.connect(remote).is_ok() => Some(remote),
            _ => {
                let _ = rustix::net::connect_unspec(&self.rtp);
                None
            }
        };
    }

    /// One RTP datagram, if one waits.
    pub fn receive_rtp(&mut self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        let received = match self.connected {
            Some(remote) if self.is_clean => self.rtp.recv(buffer).map(|length| (length, remote)),
            _ => self.rtp.recv_from(buffer),
        };
        match received {
            Ok(received) => Some(received),
            Err(error) => {
                // Anything but "empty" is an ICMP error of an earlier send; it says nothing about what waits.
                self.is_clean = self.is_clean || (self.connected.is_some() && error.kind() == ErrorKind::WouldBlock);
                None
            }
        }
    }

    /// Sends now or drops: a full buffer is loss like any other.
    pub fn send_rtp(&mut self, packet: &[u8], remote: Option<SocketAddr>) {
        let _ = match (self.connected, remote) {
            (Some(connected), Some(remote)) if connected == remote => self.rtp.send(packet),
            (_, Some(remote)) => self.rtp.send_to(packet, remote),
            (_, None) => return,
        };
    }

    /// One RTCP datagram, if one waits.
    pub fn receive_rtcp(&mut self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        self.rtcp.recv_from(buffer).ok()
    }

    /// Sends now or drops.
    pub fn send_rtcp(&mut self, packet: &[u8], remote: SocketAddr) {
        let _ = self.rtcp.send_to(packet, remote);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_pairs_with_an_even_first_port_count() {
        let pairs = |low, high| PortRange { low, high }.pairs();
        assert_eq!((pairs(10_000, 10_001), pairs(10_000, 10_000), pairs(10_001, 10_002)), (1, 0, 0));
        assert_eq!((pairs(10_001, 10_003), pairs(10_000, 19_999), pairs(65_534, 65_535)), (1, 5000, 1));
        assert_eq!(pairs(20, 10), 0);
    }
}
