//! Which named locations an address lies in, found at once among millions of ranges.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;

/// The ranges of all active named locations.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    v4: Segments<u32>,
    v6: Segments<u128>,
    /// The sets of locations that segments name; the first is the empty one.
    sets: Vec<Box<[u32]>>,
}

/// Where the set of locations changes, in order: from each start on it is this one, up to the next.
#[derive(Clone, Debug)]
struct Segments<A> {
    starts: Vec<A>,
    sets: Vec<u32>,
}

impl<A> Default for Segments<A> {
    fn default() -> Self {
        Self { starts: Vec::new(), sets: Vec::new() }
    }
}

impl Networks {
    /// The ranges, each with the place of its location.
    pub fn new(ranges: impl IntoIterator<Item = (IpNet, u32)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (range, location) in ranges {
            match canonical(range) {
                IpNet::V4(range) => v4.push((u32::from(range.network()), u32::from(range.broadcast()), location)),
                IpNet::V6(range) => v6.push((u128::from(range.network()), u128::from(range.broadcast()), location)),
            }
        }
        let mut sets = Sets::default();
        let (v4, v6) =
            (Segments::of(v4, &mut sets, |at| at.checked_add(1)), Segments::of(v6, &mut sets, |at| at.checked_add(1)));
        Self { v4, v6, sets: sets.list }
    }

    /// The places of the locations that `address` lies in, in order.
    pub fn at(&self, address: IpAddr) -> &[u32] {
        let set = match address.to_canonical() {
            IpAddr::V4(address) => self.v4.at(u32::from(address)),
            IpAddr::V6(address) => self.v6.at(u128::from(address)),
        };
        set.and_then(|set| self.sets.get(usize::try_from(set).ok()?)).map(AsRef::as_ref).unwrap_or_default()
    }
}

/// A range of IPv4 that is written as one of IPv6 [RFC 4291 §2.5.5.2] as what it is.
fn canonical(range: IpNet) -> IpNet {
    let length = range.prefix_len().checked_sub(96);
    match (range.network().to_canonical(), length) {
        (network @ IpAddr::V4(_), Some(length)) if range.network().is_ipv6() => {
            IpNet::new(network, length).unwrap_or(range)
        }
        _ => range,
    }
}

impl<A: Copy + Ord> Segments<A> {
    fn of(mut ranges: Vec<(A, A, u32)>, sets: &mut Sets, next: impl Fn(A) -> Option<A>) -> Self {
        // Of two that begin together the wider is first. Two ranges never cross: one has the other in it, or they are apart.
        ranges.sort_unstable_by(|one, two| one.0.cmp(&two.0).then(two.1.cmp(&one.1)));
        let mut found = Self::default();
        let mut open: Vec<(A, u32)> = Vec::new();
        for (start, end, location) in ranges {
            found.close(&mut open, Some(start), sets, &next);
            open.push((end, location));
            found.change(start, sets.number(&open));
        }
        found.close(&mut open, None, sets, &next);
        found
    }

    /// Closes what ends before `until`.
    fn close(&mut self, open: &mut Vec<(A, u32)>, until: Option<A>, sets: &mut Sets, next: &impl Fn(A) -> Option<A>) {
        while let Some((end, _)) = open.last().copied().filter(|(end, _)| until.is_none_or(|until| *end < until)) {
            open.pop();
            if let Some(after) = next(end) {
                self.change(after, sets.number(open));
            }
        }
    }

    fn change(&mut self, start: A, set: u32) {
        match (self.starts.last(), self.sets.last_mut()) {
            (Some(last), Some(own)) if *last == start => *own = set,
            _ => {
                self.starts.push(start);
                self.sets.push(set);
            }
        }
    }

    fn at(&self, address: A) -> Option<u32> {
        let after = self.starts.partition_point(|start| *start <= address);
        self.sets.get(after.checked_sub(1)?).copied()
    }
}

/// Each set of locations once.
#[derive(Default)]
struct Sets {
    list: Vec<Box<[u32]>>,
    numbers: HashMap<Box<[u32]>, u32>,
}

impl Sets {
    fn number<A>(&mut self, open: &[(A, u32)]) -> u32 {
        let mut set: Vec<u32> = open.iter().map(|(_, location)| *location).collect();
        set.sort_unstable();
        set.dedup();
        let set = set.into_boxed_slice();
        if let Some(number) = self.numbers.get(&set) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(set.clone());
        self.numbers.insert(set, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn networks(ranges: &[(&str, u32)]) -> Networks {
        Networks::new(ranges.iter().map(|(range, location)| (range.parse().unwrap(), *location)))
    }

    #[test]
    fn an_address_lies_in_every_range_around_it() {
        let networks = networks(&[
            ("192.0.2.0/24", 1),
            ("192.0.2.128/25", 2),
            ("192.0.2.128/25", 3),
            ("192.0.2.255/32", 2),
            ("198.51.100.0/24", 1),
            ("255.255.255.255/32", 4),
            ("2001:db8::/32", 5),
            ("::ffff:203.0.113.128/121", 6),
        ]);
        for (address, expected) in [
            ("192.0.1.255", &[][..]),
            ("192.0.2.0", &[1]),
            ("192.0.2.128", &[1, 2, 3]),
            ("192.0.2.255", &[1, 2, 3]),
            ("::ffff:192.0.2.1", &[1]),
            ("192.0.3.0", &[]),
            ("198.51.100.255", &[1]),
            ("255.255.255.255", &[4]),
            ("2001:db8::1", &[5]),
            ("2001:db9::", &[]),
            ("203.0.113.200", &[6]),
            ("203.0.113.1", &[]),
        ] {
            assert_eq!(networks.at(address.parse().unwrap()), expected, "{address}");
        }
    }

    proptest! {
        #[test]
        fn it_finds_what_looking_at_each_range_finds(
            ranges in prop::collection::vec((any::<u32>(), 0_u8..=32, 0_u32..6), 0..30),
            address in any::<u32>(),
            near in 0_usize..30,
        ) {
            let ranges: Vec<(IpNet, u32)> = ranges
                .into_iter()
                .map(|(start, length, location)| (IpNet::new(IpAddr::V4(start.into()), length).unwrap().trunc(), location))
                .collect();
            let networks = Networks::new(ranges.clone());
            let edges = ranges.get(near).map(|(range, _)| [range.network(), range.broadcast()]).into_iter().flatten();
            for address in edges.chain([IpAddr::V4(address.into())]) {
                let mut expected: Vec<u32> =
                    ranges.iter().filter(|(range, _)| range.contains(&address)).map(|(_, location)| *location).collect();
                expected.sort_unstable();
                expected.dedup();
                prop_assert_eq!(networks.at(address), expected);
            }
        }
    }
}
