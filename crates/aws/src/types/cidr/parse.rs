//! Reads a range of addresses in a constant as well, which the standard library does not.

use super::{Cidr, InvalidCidr, address};

pub(super) const fn cidr(text: &str) -> Result<Cidr, InvalidCidr> {
    let bytes = text.as_bytes();
    let mut slash = 0;
    while slash < bytes.len() && bytes[slash] != b'/' {
        slash += 1;
    }
    let (before, rest) = bytes.split_at(slash);
    let Some((v6, bits)) = any(before) else { return Err(InvalidCidr::NotAnAddress) };
    let Some((_, after)) = rest.split_first() else {
        return Err(InvalidCidr::NoPrefix { address: address(v6, bits) });
    };
    match decimal(after) {
        Some(prefix) => Cidr::checked(v6, bits, prefix),
        // Too many digits, or a number that no prefix has.
        None if is_number(after) => Err(InvalidCidr::PrefixTooLong { most: if v6 { 128 } else { 32 } }),
        None => Err(InvalidCidr::NotAPrefix),
    }
}

const fn is_number(bytes: &[u8]) -> bool {
    let mut index = 0;
    while index < bytes.len() {
        if !bytes[index].is_ascii_digit() {
            return false;
        }
        index += 1;
    }
    !bytes.is_empty() && bytes[0] != b'0'
}

/// A number up to 255, without superfluous zeros.
const fn decimal(bytes: &[u8]) -> Option<u8> {
    let mut value: u16 = 0;
    let mut index = 0;
    while index < bytes.len() {
        if !bytes[index].is_ascii_digit() || index == 3 {
            return None;
        }
        value = value * 10 + (bytes[index] - b'0') as u16;
        index += 1;
    }
    let superfluous = bytes.len() > 1 && bytes[0] == b'0';
    if bytes.is_empty() || superfluous || value > 255 { None } else { Some(value as u8) }
}

/// An address: whether it is IPv6, and its bits.
const fn any(bytes: &[u8]) -> Option<(bool, u128)> {
    if let Some(bits) = v4(bytes) {
        return Some((false, bits as u128));
    }
    match v6(bytes) {
        Some(bits) => Some((true, bits)),
        None => None,
    }
}

const fn v4(mut bytes: &[u8]) -> Option<u32> {
    let mut bits = 0;
    let mut part = 0;
    while part < 4 {
        let mut end = 0;
        while end < bytes.len() && bytes[end] != b'.' {
            end += 1;
        }
        let (number, rest) = bytes.split_at(end);
        let Some(number) = decimal(number) else { return None };
        bits = bits << 8 | number as u32;
        part += 1;
        bytes = match rest.split_first() {
            Some((_, rest)) if part < 4 => rest,
            None if part == 4 => rest,
            _ => return None,
        };
    }
    Some(bits)
}

const fn hex(byte: u8) -> Option<u16> {
    match byte {
        b'0'..=b'9' => Some((byte - b'0') as u16),
        b'a'..=b'f' => Some((byte - b'a') as u16 + 10),
        b'A'..=b'F' => Some((byte - b'A') as u16 + 10),
        _ => None,
    }
}

const fn v6(bytes: &[u8]) -> Option<u128> {
    let mut groups = [0_u16; 8];
    let mut count = 0;
    // How many groups stand before `::`.
    let mut gap = None;
    let mut at = 0;
    if let [b':', b':', ..] = bytes {
        gap = Some(0);
        at = 2;
    }
    while at < bytes.len() {
        let start = at;
        let mut value = 0;
        while at < bytes.len() && at - start < 4 {
            let Some(digit) = hex(bytes[at]) else { break };
            value = value << 4 | digit;
            at += 1;
        }
        if at == start || count == 8 {
            return None;
        }
        // The last two groups may be written as an IPv4 address.
        if at < bytes.len() && bytes[at] == b'.' {
            let (_, tail) = bytes.split_at(start);
            let Some(tail) = v4(tail) else { return None };
            if count > 6 {
                return None;
            }
            groups[count] = (tail >> 16) as u16;
            groups[count + 1] = tail as u16;
            count += 2;
            break;
        }
        groups[count] = value;
        count += 1;
        if at == bytes.len() {
            break;
        }
        if bytes[at] != b':' {
            return None;
        }
        at += 1;
        if at == bytes.len() {
            return None;
        }
        if bytes[at] == b':' {
            if gap.is_some() {
                return None;
            }
            gap = Some(count);
            at += 1;
        }
    }
    let before = match gap {
        // `::` stands for one group at least.
        Some(gap) if count < 8 => gap,
        None if count == 8 => 8,
        _ => return None,
    };
    let mut bits = 0;
    let mut index = 0;
    while index < 8 {
        let group = if index < before {
            groups[index]
        } else if index + count >= 8 + before {
            groups[index + count - 8]
        } else {
            0
        };
        bits = bits << 16 | group as u128;
        index += 1;
    }
    Some(bits)
}
