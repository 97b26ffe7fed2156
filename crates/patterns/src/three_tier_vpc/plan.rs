//! Which subnet gets which range.

use formwork_aws::types::Cidr;

use super::Tier;

/// The place of a tier in the plan; further tiers count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Public,
    Application,
    Data,
    Further(u8),
}

impl Slot {
    /// The place of a tier that is the `further`th of those with names of their own.
    pub(super) fn of(tier: Tier, further: u8) -> Self {
        match tier {
            Tier::Public => Self::Public,
            Tier::Application => Self::Application,
            Tier::Data => Self::Data,
            Tier::Other(_) => Self::Further(further),
        }
    }

    /// The number of the tier's first `/64` among the 256 of a network's IPv6 range; a tier has eight.
    pub(super) fn first_v6(self) -> u32 {
        match self {
            Self::Public => 0,
            Self::Application => 8,
            Self::Data => 16,
            Self::Further(number) => 24 + 8 * u32::from(number),
        }
    }
}

/// The range of a tier's subnet in a zone, counted from 0; nothing where the plan has no room for it.
///
/// It depends on nothing but the network's own range: what exists keeps its range when a zone or a tier is added.
pub(super) fn range(network: Cidr, slot: Slot, zone: u8) -> Option<Cidr> {
    if network.is_v6() {
        return None;
    }
    let zone = usize::from(zone);
    let (prefix, number) = match network.prefix() {
        // Sixteen blocks: in the first the small subnets of six zones, in the next six one large subnet each, and
        // the upper half for eight further tiers.
        size @ ..=19 if zone < 6 => match slot {
            Slot::Public => (size + 8, zone),
            Slot::Data => (size + 8, 8 + zone),
            Slot::Application => (size + 4, 1 + zone),
            Slot::Further(tier @ 0..8) => (size + 7, 8 * (8 + usize::from(tier)) + zone),
            Slot::Further(_) => return None,
        },
        // Eight blocks: one for the small subnets of four zones of each tier, four for large ones, two for further
        // tiers. A load balancer needs a /27, which is what a /22 gives the public tier.
        // docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
        size @ 20..=22 if zone < 4 => match slot {
            Slot::Public => (size + 5, zone),
            Slot::Data => (size + 5, 4 + zone),
            Slot::Application => (size + 3, 2 + zone),
            Slot::Further(tier @ 0..2) => (size + 5, 4 * (6 + usize::from(tier)) + zone),
            Slot::Further(_) => return None,
        },
        // Four blocks: two for the small subnets of two zones, two large ones.
        size @ 23..=24 if zone < 2 => match slot {
            Slot::Public => (size + 3, zone),
            Slot::Data => (size + 3, 2 + zone),
            Slot::Application => (size + 2, 2 + zone),
            Slot::Further(_) => return None,
        },
        _ => return None,
    };
    network.subnets(prefix).nth(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use formwork_aws::types::cidr;

    const SLOTS: [Slot; 5] =
        [Slot::Public, Slot::Application, Slot::Data, Slot::Further(0), Slot::Further(7)];

    #[test]
    fn ranges_lie_inside_and_apart() {
        for size in 8..=28 {
            let network = Cidr::v4([10, 0, 0, 0], size).expect("a range");
            let all: Vec<Cidr> =
                SLOTS.iter().flat_map(|slot| (0..6).filter_map(|zone| range(network, *slot, zone))).collect();
            for (index, one) in all.iter().enumerate() {
                assert!(network.contains(*one), "{network}: {one}");
                assert!(all[..index].iter().all(|other| !other.overlaps(*one)), "{network}: {one}");
            }
            let zones = (0..7).filter(|zone| range(network, Slot::Public, *zone).is_some()).count();
            let expected = match size {
                ..=19 => 6,
                20..=22 => 4,
                23..=24 => 2,
                _ => 0,
            };
            assert_eq!(zones, expected, "{network}");
        }
    }

    #[test]
    fn a_large_network_has_large_subnets_for_services() {
        let of = |slot, zone| range(cidr!("10.0.0.0/16"), slot, zone).map(|range| range.to_string());
        assert_eq!(of(Slot::Public, 2).as_deref(), Some("10.0.2.0/24"));
        assert_eq!(of(Slot::Data, 2).as_deref(), Some("10.0.10.0/24"));
        assert_eq!(of(Slot::Application, 2).as_deref(), Some("10.0.48.0/20"));
        assert_eq!(of(Slot::Further(0), 2).as_deref(), Some("10.0.132.0/23"));
    }
}
