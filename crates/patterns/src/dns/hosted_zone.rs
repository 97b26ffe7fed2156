//! Hosted zones: what Route 53 knows of a domain.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    panic::Location,
    rc::Rc,
};

use formwork_aws::{ec2, route53, route53::record_set};
use formwork_core::{Builder as _, Finding, Id, Input, IntoInput, Output, Scope, pseudo};

use super::{
    Alias, Aliased, Record,
    name::{self, Of},
};
use crate::{
    ThreeTierVpc,
    place::{self, Said, report},
    removal,
    value::output,
};

/// A hosted zone of Route 53: one that was there before, or one that this program makes.
///
/// ```
/// use formwork_aws::types::cidr;
/// use formwork_core::{App, Id};
/// use formwork_patterns::{Certificate, HostedZone, LoadBalancer, ThreeTierVpc, dns::Record};
///
/// let app = App::for_tests();
/// let stack = app.stack("shop");
/// let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(stack);
/// // The domain was registered, and its zone made, before this program was written.
/// let zone = HostedZone::existing(Id::existing("Z0123456789ABCDEFGHIJ"), "example.com");
/// let certificate = Certificate::new("shop.example.com").validated_in(&zone).build(stack.scope("Certificate"));
/// let balancer = LoadBalancer::public().https(&certificate).build(stack.scope("Web"), &network);
/// zone.alias("shop.example.com", &balancer);
/// zone.record(stack, "_dmarc.shop.example.com", Record::txt(["v=DMARC1; p=reject"]));
/// ```
///
/// Names are written in full. One that lies outside of the zone, or has a record already that leaves no room for another,
/// is a finding at the line that says it.
///
/// # Resources
///
/// | logical id | what | when |
/// | --- | --- | --- |
/// | `Zone` | `AWS::Route53::HostedZone` | with [`new`](Self::new) |
/// | `A<Name>` | `AWS::Route53::RecordSet`, in the scope of what the name leads to | for each [`alias`](Self::alias) |
/// | `Aaaa<Name>` | the same | where that has addresses of IPv6 |
/// | `<Type><Name>`, such as `TxtDmarcShopExampleCom` | the same, in the scope that was given | for each [`record`](Self::record) |
///
/// In production a zone that this program makes stays when it is removed from the program: a new one would have other
/// name servers, and the domain would lead nowhere. [`keep_on_removal`](Builder::keep_on_removal) and
/// [`keep_nothing`](Builder::keep_nothing) say so anywhere.
#[derive(Clone)]
pub struct HostedZone<'a> {
    scope: Option<Scope<'a>>,
    id: Output<Id<route53::HostedZone>>,
    zone: Option<route53::HostedZone>,
    private: bool,
    known: Rc<Known>,
}

/// What the clones of a zone know together.
struct Known {
    /// The name as it was written.
    name: String,
    at: &'static Location<'static>,
    /// Whether it was judged.
    judged: Cell<bool>,
    /// Names and types of records, and where they were said.
    taken: RefCell<BTreeMap<(String, String), &'static Location<'static>>>,
}

/// Says what a hosted zone is to be.
#[must_use = "a zone is made by `.build(scope)`"]
pub struct Builder {
    name: Said<String>,
    comment: Option<Input<String>>,
    networks: Vec<(Output<Id<ec2::Vpc>>, Option<String>)>,
    keep: Option<bool>,
}

impl<'a> HostedZone<'a> {
    /// A zone that is made. Whoever registered the domain has to be told its name servers, or the zone above it, by a
    /// record: see [`name_servers`](Self::name_servers).
    #[track_caller]
    #[expect(clippy::new_ret_no_self, reason = "patterns begin with their builder, as resources do")]
    pub fn new(name: impl Into<String>) -> Builder {
        Builder { name: Said::new(name.into()), comment: None, networks: Vec::new(), keep: None }
    }

    /// A public zone that was there before, by its id and the name of its domain.
    #[track_caller]
    pub fn existing(id: impl IntoInput<Id<route53::HostedZone>>, name: impl Into<String>) -> Self {
        let known = Known::new(Said::new(name.into()));
        Self { scope: None, id: output(id), zone: None, private: false, known: Rc::new(known) }
    }

    /// Where it stands, unless it was there before.
    pub fn scope(&self) -> Option<Scope<'a>> {
        self.scope
    }

    /// The zone, unless it was there before.
    pub fn hosted_zone(&self) -> Option<route53::HostedZone> {
        self.zone
    }

    /// Its id.
    pub fn id(&self) -> Output<Id<route53::HostedZone>> {
        self.id.clone()
    }

    /// The name of its domain, as it was said.
    pub fn name(&self) -> &str {
        &self.known.name
    }

    /// The servers that know what is in it, of a public zone that this program makes.
    ///
    /// ```
    /// use formwork_core::{App, Id};
    /// use formwork_patterns::{HostedZone, dns::Record};
    ///
    /// let app = App::for_tests();
    /// let stack = app.stack("shop");
    /// let zone = HostedZone::new("shop.example.com").build(stack.scope("Domain"));
    /// if let Some(servers) = zone.name_servers() {
    ///     // For whoever registered the domain, where nothing is above it,
    ///     stack.output("NameServers", servers.join(", "));
    ///     // or into the zone above, where that is here, too.
    ///     let above = HostedZone::existing(Id::existing("Z0123456789ABCDEFGHIJ"), "example.com");
    ///     above.record(stack, "shop.example.com", Record::ns(servers));
    /// }
    /// ```
    pub fn name_servers(&self) -> Option<Output<Vec<String>>> {
        self.zone.filter(|_| !self.private).map(route53::HostedZone::name_servers)
    }

    /// Gives a load balancer, or another [`Alias`], a name: for IPv4, and for IPv6 where it has such addresses. Who asks
    /// gets its addresses of the moment, and nothing is paid for the questions.
    ///
    /// The records stand in the scope, and so in the stack, of what the name leads to;
    /// [`AliasTarget::in_scope`](super::AliasTarget::in_scope) says another one.
    // docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
    #[track_caller]
    pub fn alias(&self, name: impl Into<String>, target: &impl Alias<'a>) -> Aliased {
        let target = target.alias_target();
        let (name, scope) = (Said::new(name.into()), target.scope.for_caller());
        let alias = || {
            record_set::AliasTarget::builder()
                .dns_name(target.dns_name.clone())
                .hosted_zone_id(target.hosted_zone_id.clone())
        };
        // What is wrong with the name is said of the first.
        let good = self.judge(&scope, &name) && self.take(&scope, &name, "A");
        let place = self.place(scope, &name.value, "A", good);
        let ipv4 = self.add(place, &name.value, "A", |record| record.alias_target(alias()));
        let ipv6 = target.ipv6.then(|| {
            let good = good && self.take(&scope, &name, "AAAA");
            let place = self.place(scope, &name.value, "AAAA", good);
            self.add(place, &name.value, "AAAA", |record| record.alias_target(alias()))
        });
        Aliased { ipv4, ipv6 }
    }

    /// Puts a record into it, which stands in the scope that is given.
    #[track_caller]
    pub fn record(
        &self,
        scope: impl Into<Scope<'a>>,
        name: impl Into<String>,
        record: Record,
    ) -> route53::RecordSet {
        let (name, scope, kind) = (Said::new(name.into()), scope.into().for_caller(), record.kind());
        let good = self.judge(&scope, &name) && self.take(&scope, &name, &kind);
        if good {
            self.judge_cname(&scope, &name, &kind);
        }
        let seconds = record.seconds(&scope);
        let place = self.place(scope, &name.value, &kind, good);
        self.add(place, &name.value, &kind, |it| it.resource_records(record.values()).ttl(seconds))
    }

    /// Where a record goes. Of one that was found to be wrong nothing more is said.
    fn place(&self, scope: Scope<'a>, name: &str, kind: &str, good: bool) -> Scope<'a> {
        let id = id(name, kind);
        if good {
            return place::claim(scope, "a record", &[&id]);
        }
        let mut free = scope;
        while free.find(&id).is_some() {
            free = free.scope("Again");
        }
        free
    }

    /// Adds a record.
    #[track_caller]
    fn add(
        &self,
        scope: Scope<'a>,
        name: &str,
        kind: &str,
        with: impl FnOnce(record_set::Complete) -> record_set::Complete,
    ) -> route53::RecordSet {
        let record = route53::RecordSet::builder().name(name.to_owned()).type_(kind.to_owned());
        scope.add(id(name, kind), with(record.hosted_zone_id(self.id.clone())))
    }

    /// Says what is wrong with a name that is to have a record here; whether nothing is.
    fn judge(&self, scope: &Scope<'_>, name: &Said<String>) -> bool {
        if !self.judge_itself(scope)
            || !name::judge(scope, &Said { value: &name.value, at: name.at }, Of::Record)
        {
            return false;
        }
        self.judge_account(scope, "a record", name.at);
        let zone = name::plain(&self.known.name);
        if name::lies_in(&name::plain(&name.value), &zone) {
            return true;
        }
        let help = match name.value.contains('.') {
            true => format!("use a name that ends in `.{zone}`, or the zone that the name lies in"),
            false => format!("names are written in full: `{}.{zone}`", name.value),
        };
        let message = format!("`{}` lies outside of the zone `{zone}`", name.value);
        report(scope, Finding::error("FW3181", message).help(help), name.at);
        false
    }

    /// Says once what is wrong with its own name; whether nothing is.
    pub(super) fn judge_itself(&self, scope: &Scope<'_>) -> bool {
        if self.known.judged.replace(true) {
            return name::is_right(&self.known.name, Of::Zone);
        }
        name::judge(scope, &Said { value: &self.known.name, at: self.known.at }, Of::Zone)
    }

    /// Says that it is in another account, where CloudFormation cannot write into it.
    pub(super) fn judge_account(&self, scope: &Scope<'_>, what: &str, at: &'static Location<'static>) {
        let here = scope.stack().get_account();
        let there = self.scope.and_then(|scope| scope.stack().get_account());
        if let (Some(here), Some(there)) = (here, there)
            && here != there
        {
            let message = format!(
                "the zone `{}` is in the account {there}, and the stack of {what} in it, `{}`, in {here}",
                self.known.name,
                scope.stack().id()
            );
            let help = "make a zone for a part of the domain in that account, and give this one a record `Record::ns` of \
                        its name servers";
            report(scope, Finding::error("FW3184", message).help(help), at);
        }
    }

    /// Says that a CNAME cannot stand at the top.
    // docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat
    fn judge_cname(&self, scope: &Scope<'_>, name: &Said<String>, kind: &str) {
        if kind == "CNAME" && name::plain(&name.value) == name::plain(&self.known.name) {
            let message = format!("a CNAME for `{}`, which is the zone itself", name.value);
            let help = "`zone.alias(name, &balancer)` leads to what AWS gives addresses to; elsewhere only addresses do";
            report(scope, Finding::error("FW3183", message).help(help), name.at);
        }
    }

    /// Takes note of a record; says where there is no room for it.
    fn take(&self, scope: &Scope<'_>, name: &Said<String>, kind: &str) -> bool {
        let plain = name::plain(&name.value);
        let mut taken = self.known.taken.borrow_mut();
        // No type comes before the empty one.
        let from = taken.range((plain.clone(), String::new())..);
        let of_name = from.take_while(|((known, _), _)| *known == plain);
        let mut in_the_way =
            of_name.filter(|((_, known), _)| known == kind || known == "CNAME" || kind == "CNAME");
        let first = in_the_way.next().map(|((_, known), at)| (known.clone(), *at));
        let Some((known, at)) = first else {
            taken.insert((plain, kind.to_owned()), name.at);
            return true;
        };
        let (message, help) = match known == kind {
            true => (
                format!("a second record of type {kind} for `{plain}`"),
                "a name has one record of each type, which has all its values",
            ),
            false => (
                format!("a record of type {kind} for `{plain}`, which has one of type {known}"),
                "a name with a CNAME has nothing else",
            ),
        };
        let finding = Finding::error("FW3182", message).help(help);
        let finding = finding.at(name.at, "said here").at(at, "the first one").in_stack(scope.stack().id());
        scope.app().report(finding);
        false
    }

    /// The plain name of its domain.
    pub(super) fn domain(&self) -> String {
        name::plain(&self.known.name)
    }

    /// Whether only networks see what is in it.
    pub(super) fn is_private(&self) -> bool {
        self.private
    }
}

/// The logical id of a record.
fn id(name: &str, kind: &str) -> String {
    name::words(&format!("{kind}.{name}"))
}

impl Known {
    fn new(name: Said<String>) -> Self {
        Self { name: name.value, at: name.at, judged: Cell::new(false), taken: RefCell::default() }
    }
}

impl Builder {
    /// Says for people what the zone is for.
    pub fn comment(mut self, comment: impl IntoInput<String>) -> Self {
        self.comment = Some(comment.into_input());
        self
    }

    /// Lets a network, and each further one that is said, see the zone, and nobody else: a private zone. A public one
    /// cannot become private.
    pub fn private_to(mut self, network: &ThreeTierVpc<'_>) -> Self {
        self.networks.push((network.id(), network.scope().stack().get_region()));
        self
    }

    /// Keeps the zone and what is in it when its resource is removed or replaced, outside production as well.
    pub fn keep_on_removal(mut self) -> Self {
        self.keep = Some(true);
        self
    }

    /// Weaker: deletes the zone with its resource, in production as well. That fails as long as there are records in it that
    /// this program did not make.
    // docs.aws.amazon.com/Route53/latest/DeveloperGuide/DeleteHostedZone.html
    pub fn keep_nothing(mut self) -> Self {
        self.keep = Some(false);
        self
    }

    /// Makes it.
    #[track_caller]
    pub fn build<'a>(self, scope: impl Into<Scope<'a>>) -> HostedZone<'a> {
        let scope = place::claim(scope.into().for_caller(), "a hosted zone", &["Zone"]);
        let private = !self.networks.is_empty();
        let networks: Vec<_> = self
            .networks
            .into_iter()
            .map(|(id, region)| {
                let region: Input<String> = match region {
                    Some(region) => region.into_input(),
                    None => pseudo::region().into_input(),
                };
                route53::hosted_zone::Vpc::builder().vpc_id(id).vpc_region(region)
            })
            .collect();
        let config =
            self.comment.map(|comment| route53::hosted_zone::HostedZoneConfig::builder().comment(comment));
        let zone = route53::HostedZone::builder()
            .name(self.name.value.clone())
            .hosted_zone_config(config)
            .vpcs(Some(networks).filter(|networks| !networks.is_empty()));
        let zone = match private {
            true => zone,
            // docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
            false => {
                zone.accept("FW2300", "the log of queries has to be in us-east-1, wherever the stack is")
            }
        };
        let keep = self.keep.unwrap_or_else(|| place::production(&scope));
        let zone = scope.add("Zone", removal::kept(zone, keep));
        let made = HostedZone {
            scope: Some(scope),
            id: zone.id(),
            zone: Some(zone),
            private,
            known: Rc::new(Known::new(self.name)),
        };
        made.judge_itself(&scope);
        made
    }
}
