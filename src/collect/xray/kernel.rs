//! What the kernel dropped before anybody could read it.

use std::net::{IpAddr, SocketAddr};

/// How many datagrams the kernel dropped at this UDP address because its socket's buffer was full, since it was opened. `None`
/// where the system does not tell: everywhere but on Linux.
pub(in crate::collect) fn dropped_by_kernel(at: SocketAddr) -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let path = if at.is_ipv4() { "/proc/self/net/udp" } else { "/proc/self/net/udp6" };
    drops(&std::fs::read_to_string(path).ok()?, at)
}

/// Reads the table of `proc_pid_net(5)`: a line for each socket, the local address second, `drops` last.
fn drops(table: &str, at: SocketAddr) -> Option<u64> {
    let address = written(at);
    let ours = table.lines().skip(1).filter(|line| line.split_ascii_whitespace().nth(1) == Some(&address));
    ours.filter_map(|line| line.split_ascii_whitespace().next_back()?.parse().ok()).reduce(u64::saturating_add)
}

/// As the kernel writes an address: its 32-bit words as this machine holds them, in hex.
fn written(at: SocketAddr) -> String {
    let octets = match at.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let words = octets
        .chunks_exact(4)
        .map(|word| format!("{:08X}", word.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte))));
    format!("{}:{:04X}", words.collect::<String>(), at.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 1234: 0100007F:07D0 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12345 2 0000000000000000 42
 1235: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12346 2 0000000000000000 7
";

    #[test]
    fn the_last_column_of_the_line_with_the_address_counts() {
        let drops = |table, at: &str| drops(table, at.parse().unwrap());
        assert_eq!(drops(TABLE, "127.0.0.1:2000"), Some(42));
        assert_eq!(drops(TABLE, "127.0.0.1:53"), Some(7));
        assert_eq!(drops(TABLE, "127.0.0.2:53"), None);
        assert_eq!(drops("", "127.0.0.1:2000"), None);
    }

    #[test]
    fn an_address_is_written_in_words_of_four_bytes() {
        assert_eq!(written("[::1]:2000".parse().unwrap()), "00000000000000000000000001000000:07D0");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_buffer_that_overflows_is_seen() {
        let socket = crate::collect::listen::udp("127.0.0.1:0".parse().unwrap(), 2048).unwrap().socket;
        let to = socket.local_addr().unwrap();
        let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..100 {
            sender.send_to(&[0; 1000], to).unwrap();
        }
        assert!(dropped_by_kernel(to).unwrap() > 0);
    }
}
