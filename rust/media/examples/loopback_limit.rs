//! What the kernel alone takes for one RTP packet received and one sent on a connected UDP socket: the limit that
//! `bench/media.py` puts beside the engine's figures. Prints microseconds of CPU per pair.

use std::io;
use std::net::UdpSocket;

use rustix::time::{clock_gettime, ClockId};

const LEGS: usize = 500;
const ROUNDS: usize = 200;
const PACKET: [u8; 172] = [0x80; 172];

fn main() -> io::Result<()> {
    let pairs = (0..LEGS).map(|_| connected_pair()).collect::<io::Result<Vec<_>>>()?;
    let mut buffer = [0; 1500];
    let mut nanoseconds = 0;
    for _ in 0..ROUNDS {
        for (_, phone) in &pairs {
            phone.send(&PACKET)?;
        }
        let before = thread_nanoseconds();
        for (leg, _) in &pairs {
            leg.recv(&mut buffer)?;
            leg.send(&PACKET)?;
        }
        nanoseconds += thread_nanoseconds() - before;
        for (_, phone) in &pairs {
            phone.recv(&mut buffer)?;
        }
    }
    println!("{:.3}", nanoseconds as f64 / 1000.0 / (LEGS * ROUNDS) as f64);
    Ok(())
}

fn connected_pair() -> io::Result<(UdpSocket, UdpSocket)> {
    let (leg, phone) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
    leg.connect(phone.local_addr()?)?;
    phone.connect(leg.local_addr()?)?;
    leg.set_nonblocking(true)?;
    Ok((leg, phone))
}

fn thread_nanoseconds() -> u64 {
    let cpu = clock_gettime(ClockId::ThreadCPUTime);
    cpu.tv_sec as u64 * 1_000_000_000 + cpu.tv_nsec as u64
}
