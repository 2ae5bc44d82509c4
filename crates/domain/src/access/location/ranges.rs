//! The ranges of a named location.

use std::fmt::Write as _;

use ipnet::IpNet;

use super::refused::overlap;

/// The ranges of a named location: at least one, in order, none of them inside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranges(Vec<IpNet>);

/// A text that a store kept, and that is no list of ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a list of ranges")]
pub struct BadStoredRanges;

/// What a change of ranges does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeChange {
    /// Those that come.
    pub added: Vec<IpNet>,
    /// Those that go.
    pub removed: Vec<IpNet>,
}

impl Ranges {
    /// Puts ranges in order and leaves out those that lie in another; nothing if there are none.
    pub(super) fn new(mut ranges: Vec<IpNet>) -> Option<Self> {
        // Of two that begin together the wider is first, so whatever lies in another stands behind it.
        ranges.sort_unstable();
        ranges.dedup_by(|range, kept| kept.contains(&*range));
        (!ranges.is_empty()).then_some(Self(ranges))
    }

    /// The ranges, in order.
    pub fn as_slice(&self) -> &[IpNet] {
        &self.0
    }

    /// The ranges, in order.
    pub fn into_vec(self) -> Vec<IpNet> {
        self.0
    }

    /// The ranges as text, one on a line: what stores keep and forms show.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.0.len() * 18);
        for range in &self.0 {
            if !text.is_empty() {
                text.push('\n');
            }
            let _ = write!(text, "{range}");
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    /// When it is not such a text.
    pub fn stored(text: &str) -> Result<Self, BadStoredRanges> {
        let ranges: Result<Vec<IpNet>, _> = text.lines().map(str::parse).collect();
        ranges.ok().filter(|ranges| !ranges.is_empty()).map(Self).ok_or(BadStoredRanges)
    }

    /// How many addresses of IPv4 they have.
    pub fn v4_addresses(&self) -> u64 {
        let size = |range: &IpNet| match range {
            IpNet::V4(range) => 1_u64 << (32 - u32::from(range.prefix_len()).min(32)),
            IpNet::V6(_) => 0,
        };
        self.0.iter().map(size).sum()
    }

    /// What changes when `next` takes their place.
    pub fn change_to(&self, next: &Self) -> RangeChange {
        let without = |these: &Self, those: &Self| {
            these.0.iter().filter(|range| those.0.binary_search(range).is_err()).copied().collect()
        };
        RangeChange { added: without(next, self), removed: without(self, next) }
    }

    /// Whether they and `others` have an address in common.
    pub fn overlap(&self, others: &[IpNet]) -> bool {
        others.iter().any(|other| {
            let after = self.0.partition_point(|range| range.network() <= other.network());
            // None lies in another, so only the neighbours on either side can meet it.
            let before = after.checked_sub(1).and_then(|place| self.0.get(place));
            before.into_iter().chain(self.0.get(after)).any(|range| overlap(range, other))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranges(texts: &[&str]) -> Ranges {
        Ranges::new(texts.iter().map(|text| text.parse().unwrap()).collect()).unwrap()
    }

    #[test]
    fn a_range_inside_another_says_nothing_new() {
        let kept = ranges(&[
            "192.0.2.128/25",
            "192.0.2.0/24",
            "192.0.2.0/24",
            "192.0.2.7/32",
            "2001:db8::/48",
            "198.51.100.1/32",
        ]);
        assert_eq!(kept.to_text(), "192.0.2.0/24\n198.51.100.1/32\n2001:db8::/48");
        assert_eq!(Ranges::stored(&kept.to_text()), Ok(kept.clone()));
        assert_eq!(kept.v4_addresses(), 257);
        assert_eq!(Ranges::new(Vec::new()), None);
        assert_eq!(Ranges::stored(""), Err(BadStoredRanges));
        assert_eq!(Ranges::stored("192.0.2.0/24\nx"), Err(BadStoredRanges));
    }

    #[test]
    fn a_change_says_what_comes_and_what_goes() {
        let change =
            ranges(&["192.0.2.0/24", "198.51.100.0/24"]).change_to(&ranges(&["192.0.2.0/24", "203.0.113.0/25"]));
        assert_eq!(change.added, ["203.0.113.0/25".parse().unwrap()]);
        assert_eq!(change.removed, ["198.51.100.0/24".parse().unwrap()]);
    }

    fn any_ranges() -> impl Strategy<Value = Vec<IpNet>> {
        let one = (any::<u32>(), 1_u8..=32).prop_map(|(start, length)| {
            IpNet::new(std::net::IpAddr::V4((start & 0x0f0f_000f).into()), length).unwrap().trunc()
        });
        prop::collection::vec(one, 1..12)
    }

    proptest! {
        #[test]
        fn overlapping_is_what_looking_at_each_pair_finds(one in any_ranges(), other in any_ranges()) {
            let expected = one.iter().any(|range| other.iter().any(|other| overlap(range, other)));
            prop_assert_eq!(Ranges::new(one).unwrap().overlap(&other), expected);
        }

        #[test]
        fn merging_loses_no_address(all in any_ranges(), address in any::<u32>()) {
            let address = std::net::IpAddr::V4((address & 0x0f0f_000f).into());
            let kept = Ranges::new(all.clone()).unwrap();
            let within = |list: &[IpNet]| list.iter().any(|range| range.contains(&address));
            prop_assert_eq!(within(kept.as_slice()), within(&all));
        }
    }
}
