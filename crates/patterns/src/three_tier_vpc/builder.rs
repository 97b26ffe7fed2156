//! What is said of a network, and whether it can be.

use std::panic::Location;

use formwork_aws::{
    ec2,
    types::{Cidr, LogRetention, Zone},
};
use formwork_core::{Finding, Id, IntoInput, Output, Scope, functions, interpolate, pseudo};

use super::{
    AclEntry, Endpoint, Nat, Recorded, Routing, ThreeTierVpc, Tier,
    flow_logs::FlowLogs,
    plan::{self, Slot},
};
use crate::{
    place::{self, Said, production, report},
    value::output,
};

/// The prefixes of the largest and of the smallest range that a VPC or a subnet has.
// docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html and subnet-sizing.html
const LARGEST: u8 = 16;
const SMALLEST: u8 = 28;

/// The most zones that a Region has, with one to spare.
const MOST_ZONES: usize = 6;

/// Says what a network is to be; see [`ThreeTierVpc`].
#[derive(Clone)]
#[must_use = "a network is made by `.build(scope)`"]
pub struct Builder {
    range: Said<Cidr>,
    zones: Zones,
    pub(super) single_zone: bool,
    tiers: Vec<Said<(Tier, Routing)>>,
    ranges: Vec<Said<(Tier, Vec<Cidr>)>>,
    nat: Option<Said<Nat>>,
    pub(super) isolated: bool,
    pub(super) flow_logs: Option<FlowLogs>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) s3_prefix_list: Option<Output<Id<ec2::PrefixList>>>,
    pub(super) dual_stack: bool,
    pub(super) public_addresses: bool,
    pub(super) acls: bool,
    pub(super) acl_entries: Vec<Said<(Tier, AclEntry)>>,
}

#[derive(Clone)]
enum Zones {
    /// As many as the environment asks for.
    Usual,
    Count(Said<u8>),
    Named(Said<Vec<Output<Zone>>>),
}

/// What is to be made, after all that could be wrong was reported.
pub(super) struct Decided {
    pub(super) range: Cidr,
    /// The zones of subnets; a network in a single zone has a second one for those that want two.
    pub(super) zones: Vec<Output<Zone>>,
    /// So many of them are for use.
    pub(super) used: usize,
    pub(super) tiers: Vec<DecidedTier>,
    pub(super) nat: Nat,
}

pub(super) struct DecidedTier {
    pub(super) tier: Tier,
    pub(super) routing: Routing,
    pub(super) slot: Slot,
    /// A range for each zone; nothing where that was found to be wrong.
    pub(super) ranges: Vec<Option<Cidr>>,
}

impl Builder {
    #[track_caller]
    pub(super) fn new(range: Cidr) -> Self {
        let tiers = [
            (Tier::Public, Routing::Public),
            (Tier::Application, Routing::Outbound),
            (Tier::Data, Routing::Isolated),
        ];
        Self {
            range: Said::new(range),
            zones: Zones::Usual,
            single_zone: false,
            tiers: tiers.map(Said::new).to_vec(),
            ranges: Vec::new(),
            nat: None,
            isolated: false,
            flow_logs: Some(FlowLogs::default()),
            endpoints: vec![Endpoint::S3],
            s3_prefix_list: None,
            dual_stack: false,
            public_addresses: false,
            acls: false,
            acl_entries: Vec::new(),
        }
    }

    /// Sets in how many zones there are subnets: from 1 to 6. Unless it is said, three in production, else two.
    ///
    /// They are the first ones of those that the account has in the Region, as `Fn::GetAZs` lists them. A few Regions have
    /// two: there say so.
    #[track_caller]
    pub fn zones(self, zones: u8) -> Self {
        Self { zones: Zones::Count(Said::new(zones)), ..self }
    }

    /// Names the zones in which there are subnets: for what has to be near to something that is in one. They are zones of
    /// the stack's Region, and stand in the template as that and their letter. One of another Region, or one that the
    /// Region lacks, is a finding, `FW3009`; whether the account has it, AWS finds out at deployment.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::ThreeTierVpc;
    /// # let app = App::for_tests();
    /// ThreeTierVpc::new(cidr!("10.0.0.0/16")).in_zones(["eu-central-1a", "eu-central-1c"]).build(app.stack("network"));
    /// ```
    #[track_caller]
    pub fn in_zones<Z: IntoInput<Zone>>(self, zones: impl IntoIterator<Item = Z>) -> Self {
        let zones = zones.into_iter().map(|zone| output(zone));
        Self { zones: Zones::Named(Said::new(zones.collect())), ..self }
    }

    /// Puts services, NAT gateways and endpoints into a single zone: cheaper, and gone with that zone.
    ///
    /// Load balancers and the subnet groups of databases want two zones, so that every tier has a subnet in a second one,
    /// which nothing else uses. The first zone is [`ThreeTierVpc::zone`].
    pub fn single_zone(self) -> Self {
        Self { single_zone: true, ..self }
    }

    /// Leaves a tier out. What would stand in it goes to the next one: services to the public tier, databases to that of
    /// services.
    pub fn without(mut self, tier: Tier) -> Self {
        self.tiers.retain(|said| said.value.0 != tier);
        self
    }

    /// Leaves out every tier but the public one: nothing needs a NAT gateway, and whatever stands in the network has an
    /// address that the internet could reach if a security group let it.
    pub fn only_public(self) -> Self {
        self.without(Tier::Application).without(Tier::Data)
    }

    /// Adds a tier with a name of its own, which is [`Tier::Other`] and part of logical ids.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Routing, ThreeTierVpc, Tier};
    /// # let app = App::for_tests();
    /// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16"))
    ///     .tier("Batch", Routing::Outbound)
    ///     .zones(2)
    ///     .build(app.stack("network"));
    /// assert_eq!(network.subnets(Tier::Other("Batch")).len(), 2);
    /// ```
    #[track_caller]
    pub fn tier(mut self, name: &'static str, routing: Routing) -> Self {
        self.tiers.push(Said::new((Tier::Other(name), routing)));
        self
    }

    /// Says the ranges of a tier's subnets, one for each zone; see [`ThreeTierVpc`] for those that they have otherwise.
    #[track_caller]
    pub fn subnet_ranges(mut self, tier: Tier, ranges: impl IntoIterator<Item = Cidr>) -> Self {
        self.ranges.retain(|said| said.value.0 != tier);
        self.ranges.push(Said::new((tier, ranges.into_iter().collect())));
        self
    }

    /// Sets how private subnets reach the internet. Unless it is said, through a NAT gateway in each zone in production,
    /// else through one; not at all where there is no public tier, or nothing that would use it.
    #[track_caller]
    pub fn nat(self, nat: Nat) -> Self {
        Self { nat: Some(Said::new(nat)), isolated: false, ..self }
    }

    /// Lets nothing in private subnets reach the internet, and gives them endpoints for what a task on Fargate needs:
    /// [`Endpoint::FARGATE`]. Public subnets stay public: for a load balancer, say.
    #[track_caller]
    pub fn isolated(self) -> Self {
        let without = self.nat(Nat::None);
        Self { isolated: true, ..without }.endpoints(Endpoint::FARGATE)
    }

    /// Sets how long flow logs are kept: 30 days unless it is said.
    pub fn flow_logs(self, retention: impl IntoInput<LogRetention>) -> Self {
        let flow_logs = self.flow_logs.unwrap_or_default();
        Self { flow_logs: Some(FlowLogs { retention: retention.into_input(), ..flow_logs }), ..self }
    }

    /// Sets which connections flow logs record: all unless it is said.
    pub fn record(self, recorded: Recorded) -> Self {
        Self { flow_logs: Some(FlowLogs { recorded, ..self.flow_logs.unwrap_or_default() }), ..self }
    }

    /// Records no connections: nobody can tell afterwards who talked to whom.
    pub fn without_flow_logs(self) -> Self {
        Self { flow_logs: None, ..self }
    }

    /// Adds endpoints to services of AWS. There is one for S3 unless it is taken away.
    pub fn endpoints(mut self, endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        self.endpoints.extend(endpoints);
        self
    }

    /// Leaves out the route to S3 within the network, which costs nothing: objects go through NAT gateways, which do.
    pub fn without_s3_endpoint(mut self) -> Self {
        self.endpoints.retain(|endpoint| *endpoint != Endpoint::S3);
        self
    }

    /// Names the prefix list of S3 in the Region, which CloudFormation does not know:
    /// `aws ec2 describe-prefix-lists` does. Only [`ThreeTierVpc::allow_to_aws`] uses it, in networks without a way out.
    pub fn s3_prefix_list(self, list: impl IntoInput<Id<ec2::PrefixList>>) -> Self {
        Self { s3_prefix_list: Some(output(list)), ..self }
    }

    /// Gives every subnet addresses of IPv6 as well, of a range that Amazon provides.
    ///
    /// What stands in private subnets reaches the internet over IPv6 through a gateway that lets nothing in, and which
    /// costs nothing.
    pub fn dual_stack(self) -> Self {
        Self { dual_stack: true, ..self }
    }

    /// Gives every instance in a public subnet a public address of IPv4, whether or not it says that it wants one.
    pub fn public_addresses_on_launch(self) -> Self {
        Self { public_addresses: true, ..self }
    }

    /// Puts a network ACL around the subnets of each tier.
    ///
    /// The public tier takes HTTP and HTTPS from anywhere, services whatever comes from within the network, and isolated
    /// tiers TCP from where services run. Out of the network go HTTP and HTTPS; answers pass. What else is needed, such
    /// as SMTP, is an [`acl_entry`](Self::acl_entry), also of the public tier where it goes through NAT gateways.
    pub fn network_acls(self) -> Self {
        Self { acls: true, ..self }
    }

    /// Adds an entry to the network ACL of a tier, and so puts one around each.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{AclEntry, ThreeTierVpc, Tier};
    /// # let app = App::for_tests();
    /// let anywhere = cidr!("0.0.0.0/0");
    /// ThreeTierVpc::new(cidr!("10.0.0.0/16"))
    ///     .acl_entry(Tier::Public, AclEntry::deny_from(cidr!("198.51.100.0/24"), 0..=65535))
    ///     .acl_entry(Tier::Application, AclEntry::allow_to(anywhere, 587)) // mail, from here ..
    ///     .acl_entry(Tier::Public, AclEntry::allow_to(anywhere, 587)) // .. and through the NAT gateways there
    ///     .build(app.stack("network"));
    /// ```
    #[track_caller]
    pub fn acl_entry(mut self, tier: Tier, entry: AclEntry) -> Self {
        self.acls = true;
        self.acl_entries.push(Said::new((tier, entry)));
        self
    }

    /// Makes the network.
    #[track_caller]
    pub fn build<'a>(self, scope: impl Into<Scope<'a>>) -> ThreeTierVpc<'a> {
        let scope = place::claim(scope.into().for_caller(), "a network", &["Vpc"]);
        let decided = self.decide(&scope);
        super::make::make(scope, self, decided)
    }

    fn decide(&self, scope: &Scope<'_>) -> Decided {
        if self.range.value.is_v6() {
            let finding = Finding::error("FW3006", format!("{} is a range of IPv6", self.range.value));
            let help = "give the network a range of IPv4, and let `.dual_stack()` add one of IPv6";
            report(scope, finding.help(help), self.range.at);
        }
        self.too_large(scope);
        let zones = self.decide_zones(scope);
        let used = if self.single_zone { 1 } else { zones.len() };
        let tiers = self.decide_tiers(scope, zones.len());
        Decided { range: self.range.value, nat: self.decide_nat(scope, &tiers), zones, used, tiers }
    }

    /// Reports a range that no VPC has.
    fn too_large(&self, scope: &Scope<'_>) {
        let Said { value: range, at } = self.range;
        if range.is_v6() {
            return;
        }
        // One that is too small for the plan is told as that.
        let exact = |tier: Tier| self.ranges.iter().any(|said| said.value.0 == tier);
        let wrong = match range.prefix() {
            prefix if prefix < LARGEST => "larger",
            prefix if prefix > SMALLEST && self.tiers.iter().all(|said| exact(said.value.0)) => "smaller",
            _ => return,
        };
        let finding = Finding::error("FW3014", format!("{range} is {wrong} than EC2 allows"));
        let help = "a network is a /16 to a /28; a /16 is usual, and further ranges can be added to it later";
        report(scope, finding.help(help), at);
    }

    fn decide_zones(&self, scope: &Scope<'_>) -> Vec<Output<Zone>> {
        let (count, said) = match &self.zones {
            Zones::Usual if self.single_zone => (1, None),
            Zones::Usual => (if production(scope) { 3 } else { 2 }, None),
            Zones::Count(said) => (usize::from(said.value), Some(said.at)),
            Zones::Named(said) => (said.value.len(), Some(said.at)),
        };
        if let Some(at) = said
            && !(1..=MOST_ZONES).contains(&count)
        {
            let finding = Finding::error("FW3002", format!("a network cannot have subnets in {count} zones"));
            report(scope, finding.help(format!("say a number from 1 to {MOST_ZONES}; three are usual")), at);
        }
        if let Zones::Named(said) = &self.zones {
            let names = || said.value.iter().filter_map(|zone| zone.expr().plain().as_str());
            let twice =
                names().enumerate().find(|(index, name)| names().take(*index).any(|known| known == *name));
            if let Some((_, name)) = twice {
                let finding = Finding::error("FW3009", format!("the zone `{name}` is named twice"));
                report(scope, finding.help("name each zone once: a tier has one subnet in each"), said.at);
            }
            if self.single_zone && count == 1 {
                let finding =
                    Finding::error("FW3009", "a network in a single zone has no second one to spare");
                let help = "name a second zone: load balancers and subnet groups want subnets in two";
                report(scope, finding.help(help), said.at);
            }
        }
        let wrong = |zone: &Output<Zone>| {
            zone.expr().plain().as_str().and_then(|name| name.parse::<Zone>().err().map(|_| name.to_owned()))
        };
        if let Zones::Named(said) = &self.zones {
            for name in said.value.iter().filter_map(wrong) {
                let finding =
                    Finding::error("FW3009", format!("`{name}` is not the name of an Availability Zone"));
                report(
                    scope,
                    finding.help("write the Region and a letter, such as `eu-central-1a`"),
                    said.at,
                );
            }
        }
        // Wrong numbers were reported; what follows needs some subnets.
        let count = if self.single_zone { 2 } else { count.clamp(1, MOST_ZONES) };
        let of_region = |index: u32| functions::availability_zones(pseudo::region()).select(index);
        match &self.zones {
            Zones::Named(said) => {
                let named = said.value.iter().take(count).filter(|zone| wrong(zone).is_none());
                named.map(|zone| self.of_region(scope, zone, said.at)).collect()
            }
            _ => (0..).take(count).map(|index| Output::new(of_region(index).expr().clone())).collect(),
        }
    }

    /// A zone as the template has it: by its letter, where it is one of the stack's Region, so that the template names
    /// none. That it cannot be is reported.
    fn of_region(
        &self,
        scope: &Scope<'_>,
        zone: &Output<Zone>,
        at: &'static Location<'static>,
    ) -> Output<Zone> {
        let named = zone.expr().plain().as_str().and_then(|name| name.parse::<Zone>().ok());
        let (Some(named), Some(region)) = (named, scope.stack().get_region()) else { return zone.clone() };
        let wrong = |message: String, help: String| {
            report(scope, Finding::error("FW3009", message).help(help), at);
        };
        if named.region() != region {
            let message = format!("the zone `{named}` is not in {region}, where the stack is");
            let mut help = format!("name zones of {region}, or put the stack into {}", named.region());
            // Of a Region that is known, its last letter is.
            if Zone::new(region.to_owned(), 'z').lacking().is_none() {
                help = format!("{region} is no Region that is known: put the stack into {}", named.region());
            }
            wrong(message, help);
        } else if let Some(known) = named.lacking() {
            let zones =
                known.chars().map(|letter| format!("{region}{letter}")).collect::<Vec<_>>().join(", ");
            let help = "name one of these; a zone that is newer than this version of Formwork is taken as an expression: \
                        `interpolate!(\"{}x\", pseudo::region())`";
            wrong(format!("{region} has no zone `{named}`: it has {zones}"), help.to_owned());
        }
        match named.letter() {
            Some(letter) => interpolate!("{}{letter}", pseudo::region()).cast(),
            None => zone.clone(),
        }
    }

    fn decide_tiers(&self, scope: &Scope<'_>, zones: usize) -> Vec<DecidedTier> {
        if self.tiers.is_empty() {
            let finding = Finding::error("FW3010", "a network without a single subnet is of no use");
            report(
                scope,
                finding.help("leave it one tier, or add one by `.tier(name, routing)`"),
                self.range.at,
            );
        }
        let known = |tier: Tier| self.tiers.iter().any(|said| said.value.0 == tier);
        let asked = self.ranges.iter().map(|said| (said.value.0, said.at));
        let asked = asked.chain(self.acl_entries.iter().map(|said| (said.value.0, said.at)));
        for (tier, at) in asked.filter(|(tier, _)| !known(*tier)) {
            let finding = Finding::error("FW3008", format!("the network has no tier `{}`", tier.name()));
            let names: Vec<_> = self.tiers.iter().map(|said| format!("`{}`", said.value.0.name())).collect();
            report(scope, finding.help(format!("its tiers are {}", names.join(", "))), at);
        }
        let mut tiers: Vec<DecidedTier> = Vec::new();
        let mut further = 0;
        for said in &self.tiers {
            let (tier, routing) = said.value;
            let name = tier.name();
            let taken = ["Public", "Application", "Data"].contains(&name) && matches!(tier, Tier::Other(_));
            if taken || tiers.iter().any(|known| known.tier == tier) {
                let finding = Finding::error("FW3008", format!("there is a tier `{name}` already"));
                report(scope, finding.help("give every tier a name of its own"), said.at);
                continue;
            }
            let plain = name.starts_with(|c: char| c.is_ascii_uppercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric());
            if !plain {
                let finding = Finding::error("FW3008", format!("a tier cannot be called `{name}`"));
                let help = "write letters and digits, a capital first: the name is part of logical ids";
                report(scope, finding.help(help), said.at);
                continue;
            }
            let slot = Slot::of(tier, further);
            further = u8::saturating_add(further, matches!(tier, Tier::Other(_)).into());
            let ranges = self.decide_ranges(scope, tier, slot, zones);
            tiers.push(DecidedTier { tier, routing, slot, ranges });
        }
        self.small(scope, &tiers, zones);
        self.small_v6(scope, &tiers);
        // Those beyond the eighth were reported, and nothing else is said of them.
        tiers.retain(|tier| {
            !matches!(tier.slot, Slot::Further(8..)) || tier.ranges.iter().any(Option::is_some)
        });
        self.apart(scope, &tiers);
        tiers
    }

    fn decide_ranges(&self, scope: &Scope<'_>, tier: Tier, slot: Slot, zones: usize) -> Vec<Option<Cidr>> {
        let Some(said) = self.ranges.iter().find(|said| said.value.0 == tier) else {
            return (0..).take(zones).map(|zone| plan::range(self.range.value, slot, zone)).collect();
        };
        let given = &said.value.1;
        if given.len() != zones {
            let message = format!("the tier `{}` has {} for {zones} zones", tier.name(), ranges(given.len()));
            let help = match self.single_zone {
                true => {
                    "say two: the second zone's is for load balancers and subnet groups, which want two zones"
                }
                false => "say one for each zone, in their order",
            };
            report(scope, Finding::error("FW3005", message).help(help), said.at);
        }
        for range in given {
            let network = self.range.value;
            if range.is_v6() {
                let finding = Finding::error("FW3006", format!("{range} is a range of IPv6"));
                let help = "give subnets ranges of IPv4, and let `.dual_stack()` add those of IPv6";
                report(scope, finding.help(help), said.at);
            } else if range.prefix() > SMALLEST {
                let finding = Finding::error("FW3014", format!("{range} is smaller than EC2 allows"));
                let help = "a subnet is a /16 to a /28, which has 16 addresses, five of which EC2 keeps";
                report(scope, finding.help(help), said.at);
            } else if !network.is_v6() && !network.contains(*range) {
                let finding =
                    Finding::error("FW3003", format!("{range} is not inside the network's {network}"));
                let help = "choose a part of the network's range, or give the network a larger one";
                report(scope, finding.help(help), said.at);
            }
        }
        (0..zones).map(|zone| given.get(zone).copied()).collect()
    }

    /// Reports a plan that has no room.
    fn small(&self, scope: &Scope<'_>, tiers: &[DecidedTier], zones: usize) {
        let network = self.range.value;
        let exact = |tier: Tier| self.ranges.iter().any(|said| said.value.0 == tier);
        let full = tiers.iter().find(|tier| !exact(tier.tier) && tier.ranges.iter().any(Option::is_none));
        let Some(full) = full.filter(|_| !network.is_v6()) else { return };
        let message = format!(
            "{network} has no room for the tier `{}` in {zones} {}",
            full.tier.name(),
            if zones == 1 { "zone" } else { "zones" }
        );
        let help = match (full.slot, zones) {
            (Slot::Further(8..), _) => "eight tiers with names of their own are the most".to_owned(),
            (Slot::Further(2..), _) | (_, 5..) => {
                "take a /19 or more, or say the ranges by `.subnet_ranges(..)`".to_owned()
            }
            (Slot::Further(_), _) | (_, 3..) => {
                "take a /22 or more, or say the ranges by `.subnet_ranges(..)`".to_owned()
            }
            _ => "take a /24 or more, or say the ranges by `.subnet_ranges(..)`".to_owned(),
        };
        report(scope, Finding::error("FW3001", message).help(help), self.range.at);
    }

    /// Reports tiers with ranges that were said, for which the plan of IPv6 has no room.
    fn small_v6(&self, scope: &Scope<'_>, tiers: &[DecidedTier]) {
        let room = |tier: &&DecidedTier| tier.slot.first_v6() + MOST_ZONES as u32 > 256;
        let said = |tier: Tier| self.ranges.iter().find(|said| said.value.0 == tier);
        let Some(full) = tiers.iter().find(room).filter(|_| self.dual_stack) else { return };
        let Some(said) = said(full.tier) else { return };
        let message = format!("the network's range of IPv6 has no room for the tier `{}`", full.tier.name());
        let help = "with `.dual_stack()` 29 tiers with names of their own are the most";
        report(scope, Finding::error("FW3001", message).help(help), said.at);
    }

    /// Reports ranges that overlap, of which at least one was said.
    fn apart(&self, scope: &Scope<'_>, tiers: &[DecidedTier]) {
        let all: Vec<(Tier, Cidr)> = tiers
            .iter()
            .flat_map(|tier| tier.ranges.iter().flatten().map(|range| (tier.tier, *range)))
            .collect();
        for said in &self.ranges {
            for (index, (_, range)) in all.iter().enumerate().filter(|(_, (tier, _))| *tier == said.value.0) {
                // Of two ranges that were both said, the later one is told.
                let exact = |tier: Tier| self.ranges.iter().any(|said| said.value.0 == tier);
                let mut others = all
                    .iter()
                    .enumerate()
                    .filter(|(other, (tier, _))| *other != index && (!exact(*tier) || *other < index));
                let Some((_, (tier, other))) = others.find(|(_, (_, other))| other.overlaps(*range)) else {
                    continue;
                };
                let message = format!("{range} overlaps with {other} of the tier `{}`", tier.name());
                let help = "an address belongs to one subnet: choose ranges that are apart, or say those of both tiers";
                report(scope, Finding::error("FW3004", message).help(help), said.at);
            }
        }
    }

    fn decide_nat(&self, scope: &Scope<'_>, tiers: &[DecidedTier]) -> Nat {
        let has = |routing: Routing| tiers.iter().any(|tier| tier.routing == routing);
        match &self.nat {
            Some(said) if said.value != Nat::None && !has(Routing::Public) => {
                let finding =
                    Finding::error("FW3007", "a NAT gateway stands in a public subnet, and there is none");
                let help = "leave the public tier in, or reach services of AWS through `.endpoints(..)`";
                report(scope, finding.help(help), said.at);
                Nat::None
            }
            Some(said) => said.value,
            None if !has(Routing::Public) || !has(Routing::Outbound) => Nat::None,
            None if production(scope) => Nat::PerZone,
            None => Nat::One,
        }
    }
}

/// `one range`, `3 ranges`.
fn ranges(count: usize) -> String {
    match count {
        1 => "one range".to_owned(),
        count => format!("{count} ranges"),
    }
}
