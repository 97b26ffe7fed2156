//! Rules of security groups and network ACLs, each by itself.

use std::collections::{HashMap, HashSet};

use formwork_core::Severity;

use super::{Firewall, Protocol, Who, firewall::GROUP, made, range};
use crate::{
    context::{Context, Resource, Value},
    rule::Says,
};

pub(super) const WITH_DESCRIPTIONS: &[&str] = WITH_RULES;
pub(super) const WITH_RULES: &[&str] =
    &[GROUP, "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"];

const OTHER_CHARACTERS: &str = " ._-:/()#,@[]+=&;{}!$*";

/// The rules that stand in a resource.
pub(super) fn rules_in(resource: Resource<'_>) -> Vec<Value<'_>> {
    if resource.kind() != GROUP {
        return vec![resource.value().get("Properties")];
    }
    let mut rules = resource.get("SecurityGroupIngress").items();
    rules.extend(resource.get("SecurityGroupEgress").items());
    rules
}

pub(super) fn words(resource: Resource<'_>, says: &mut Says) {
    let mut texts = Vec::new();
    if resource.kind() == GROUP {
        let name = resource.get("GroupName");
        if let Some(text) = name.text()
            && text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("sg-"))
        {
            let end = text.get(3..).unwrap_or_default().to_owned();
            says.add(name, format!("the name `{text}` of group `{}` begins with `sg-`", resource.id()))
                .label("reserved for ids")
                .help(format!(
                    "call it `{}`: EC2 keeps `sg-` for the ids of groups",
                    if end.is_empty() { "group" } else { &end }
                ));
        }
        texts.push((name, "name"));
        texts.push((resource.get("GroupDescription"), "description"));
    }
    texts.extend(
        rules_in(resource).into_iter().map(|rule| (rule.get("Description"), "description of a rule")),
    );
    for (value, what) in texts {
        let Some(text) = value.text() else { continue };
        let wrong = text.chars().find(|it| !it.is_ascii_alphanumeric() && !OTHER_CHARACTERS.contains(*it));
        if let Some(wrong) = wrong {
            says.add(value, format!("the {what} in `{}` contains `{}`", resource.id(), wrong.escape_debug()))
                .label("a character that EC2 refuses")
                .help(format!("use letters and digits of ASCII, spaces and {}", OTHER_CHARACTERS.trim()));
        } else if text.len() > 255 {
            says.add(value, format!("the {what} in `{}` has {} characters", resource.id(), text.len()))
                .help("use at most 255 characters");
        }
    }
}

pub(super) fn ports(resource: Resource<'_>, says: &mut Says) {
    for rule in rules_in(resource) {
        let (from, to) = (rule.get("FromPort"), rule.get("ToPort"));
        let Some(protocol) = Protocol::of(rule.get("IpProtocol")) else { continue };
        let numbers = from.integer().zip(to.integer());
        // Of ports that stand there themselves and do not exist, FW1022 speaks.
        let told = |it: &Value<'_>| it.function().is_none() && it.integer().is_some_and(|port| port > 65535);
        if [from, to].iter().any(told) {
            continue;
        }
        if protocol.has_ports() {
            if from.is_absent() || to.is_absent() {
                let absent = if from.is_absent() { from } else { to };
                says.add(absent, format!("a rule of `{}` for TCP or UDP says no ports", resource.id()))
                    .help("give it `FromPort` and `ToPort`; 0 to 65535 are all ports");
            } else if let Some((first, last)) = numbers
                && (first, last) != (-1, -1)
            {
                let outside = |port| !(0..=65535).contains(&port);
                if outside(first) || outside(last) {
                    let at = if outside(first) { from } else { to };
                    says.add(at, format!("a rule of `{}` names ports {first} to {last}", resource.id()))
                        .help("ports are 0 to 65535");
                } else if first > last {
                    says.add(
                        from,
                        format!("a rule of `{}` goes from port {first} down to {last}", resource.id()),
                    )
                    .label("greater than `ToPort`")
                    .also(to, "the last port")
                    .help(format!("write `FromPort: {last}` and `ToPort: {first}`"));
                }
            }
        } else if protocol == Protocol::All {
            // Written out, -1 and 0 to 65535 say what is meant.
            if let Some((first, last)) = numbers
                && (first, last) != (-1, -1)
                && !(first <= 0 && last >= 65535)
                && (first, last) != (0, 0)
            {
                says.add(
                    from,
                    format!("a rule of `{}` for all protocols says ports {first} to {last}", resource.id()),
                )
                .severity(Severity::Warning)
                .label("ignored")
                .help("with `IpProtocol: \"-1\"` every port is open: name the protocol, such as `tcp`");
            }
        } else if protocol == Protocol::Number(1) || protocol == Protocol::Number(58) {
            for value in [from, to] {
                if let Some(number) = value.integer()
                    && !(-1..=255).contains(&number)
                {
                    let what = if value.name() == "FromPort" { "type" } else { "code" };
                    says.add(value, format!("a rule of `{}` names {what} {number} of ICMP", resource.id()))
                        .help("types and codes are 0 to 255; -1 stands for all of them");
                }
            }
        }
    }
}

pub(super) fn no_rule_twice<'a>(context: &'a Context<'a>, says: &mut Says) {
    const SOURCES: &[&str] = &[
        "CidrIp",
        "CidrIpv6",
        "SourcePrefixListId",
        "DestinationPrefixListId",
        "SourceSecurityGroupId",
        "DestinationSecurityGroupId",
    ];
    let firewall = Firewall::new(context);
    for (group, _, rules) in firewall.all() {
        let inline = |rule: Value<'_>| rule.name() != "Properties";
        let mut known: HashMap<_, Value<'a>> = HashMap::new();
        for rule in rules {
            let Some(protocol) = Protocol::of(rule.get("IpProtocol")) else { continue };
            let ports = match protocol {
                Protocol::All => Some((0, 0)),
                _ => rule.get("FromPort").integer().zip(rule.get("ToPort").integer()),
            };
            let mut sources = SOURCES.iter().map(|name| rule.get(name)).filter(|source| source.is_set());
            let (Some(ports), Some(source), None) = (ports, sources.next(), sources.next()) else { continue };
            let who = match source.text() {
                Some(text) => Some(Who::Named(match range(&text) {
                    Some((first, last)) => format!("{first}-{last}"),
                    None => text.to_ascii_lowercase(),
                })),
                None => Who::of(source),
            };
            let Some(who) = who else { continue };
            if let Some(before) = known.get(&(protocol, ports, who.clone())) {
                let remark = says.add(*rule, format!("group `{}` has this rule twice", group.id()));
                remark
                    .label("the same rule")
                    .also(*before, "first here")
                    .help("remove one: descriptions do not make rules different");
                // Within a group, CloudFormation passes over the second one, until one of them is removed.
                if inline(*rule) && inline(*before) {
                    remark.severity(Severity::Warning).note("removing one of them later removes the rule");
                }
                continue;
            }
            known.insert((protocol, ports, who), *rule);
        }
    }
}

/// Whether a text says that nothing goes out.
fn says_no_egress(text: &str) -> bool {
    const NO: &[&str] = &["no", "not", "deny", "denies", "block", "blocks", "without", "disallow", "forbid"];
    const OUT: &[&str] = &["egress", "outbound", "outgoing"];
    const BUT: &[&str] =
        &["restriction", "restrictions", "limit", "limits", "filter", "filters", "filtering"];
    let text = text.to_ascii_lowercase();
    let words: Vec<&str> =
        text.split(|it: char| !it.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(index, word)| {
        let next = |from: usize| words.iter().skip(index + from);
        NO.contains(word)
            // "deny all outbound traffic", "no inbound or outbound traffic".
            && (next(1).take(1).any(|it| OUT.contains(it))
                || next(1).take(1).any(|it| ["all", "any", "inbound", "ingress"].contains(it))
                    && next(2).take(2).any(|it| OUT.contains(it)))
            && !next(1).take(4).any(|it| BUT.contains(it))
    })
}

pub(super) fn egress_is_restricted<'a>(context: &'a Context<'a>, says: &mut Says) {
    let default = |group: Resource<'a>| {
        let list = group.get("SecurityGroupEgress");
        list.is_absent() || (!list.is_unknown() && list.items().is_empty())
    };
    let mut restricted = HashSet::new();
    for rule in context.of_type("AWS::EC2::SecurityGroupEgress") {
        let Some(group) = made(rule.get("GroupId"), GROUP).filter(|group| default(*group)) else { continue };
        // A rule that allows everything is none that restricts.
        if Protocol::of(rule.get("IpProtocol")) == Some(Protocol::All) {
            continue;
        }
        restricted.insert(group);
        says.add(
            rule,
            format!(
                "egress rule `{}` restricts nothing: group `{}` allows all egress",
                rule.id(),
                group.id()
            ),
        )
        .also(group, "without egress rules of its own, it keeps EC2's rule for everything")
        .help(format!(
            "give `{}` a rule in its own `SecurityGroupEgress`: the default rule goes then",
            group.id()
        ));
    }
    for group in context.of_type(GROUP) {
        let list = group.get("SecurityGroupEgress");
        if list.is_set() && default(group) && !list.is_unknown() {
            says.add(list, format!("the empty `SecurityGroupEgress` of `{}` allows all egress", group.id()))
                .label("counts as none given")
                .help("to allow nothing, give it one rule that matches nothing: TCP to `127.0.0.1/32`");
        }
        let words = ["GroupDescription", "GroupName"].iter().map(|name| group.get(name));
        if list.is_absent()
            && !restricted.contains(&group)
            && let Some(words) = words.into_iter().find(|it| it.text().is_some_and(|it| says_no_egress(&it)))
        {
            says.add(list, format!("group `{}` is to let nothing out, and allows all egress", group.id()))
                .also(words, "what it is to do")
                .note("without egress rules, a group keeps EC2's rule for everything")
                .help("to allow nothing, give it one rule that matches nothing: TCP to `127.0.0.1/32`");
        }
    }
}

/// An entry of a network ACL.
struct Entry<'a> {
    number: i64,
    deny: bool,
    protocol: Protocol,
    ports: Option<(i64, i64)>,
    cidr: Option<(u32, u32)>,
    entry: Resource<'a>,
}

pub(super) fn access_lists<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut lists: HashMap<(Who, bool), Vec<Entry<'a>>> = HashMap::new();
    for entry in context.of_type("AWS::EC2::NetworkAclEntry") {
        let egress = entry.get("Egress");
        let egress = if egress.is_absent() { Some(false) } else { egress.boolean() };
        let list = Who::of(entry.get("NetworkAclId"));
        let (Some(list), Some(egress), Some(number), Some(protocol), Some(action)) = (
            list,
            egress,
            entry.get("RuleNumber").integer(),
            Protocol::of(entry.get("Protocol")),
            entry.get("RuleAction").text(),
        ) else {
            continue;
        };
        let ports = entry.get("PortRange");
        lists.entry((list, egress)).or_default().push(Entry {
            number,
            deny: action.eq_ignore_ascii_case("deny"),
            protocol,
            ports: ports.get("From").integer().zip(ports.get("To").integer()),
            cidr: entry.get("CidrBlock").text().and_then(|text| range(&text)),
            entry,
        });
    }
    for entries in lists.values_mut() {
        entries.sort_by_key(|entry| (entry.number, entry.entry.template, entry.entry.index));
        for pair in entries.windows(2) {
            let [one, other] = pair else { continue };
            if one.number == other.number {
                let number = other.entry.get("RuleNumber");
                says.add(
                    number,
                    format!(
                        "entry `{}` has number {} as well as `{}`",
                        other.entry.id(),
                        other.number,
                        one.entry.id()
                    ),
                )
                .label("taken")
                .also(one.entry.get("RuleNumber"), "taken here")
                .help("number the entries of one direction of a network ACL differently");
            }
        }
        let everything =
            |entry: &Entry<'_>| entry.protocol == Protocol::All && entry.cidr == Some((0, u32::MAX));
        let Some(all) = entries.iter().position(everything) else { continue };
        let Some(last) = entries.get(all) else { continue };
        for never in
            entries.iter().skip(all + 1).filter(|entry| entry.cidr.is_some() && entry.deny != last.deny)
        {
            says.add(
                never.entry,
                format!(
                    "entry `{}` never applies: number {} matches everything before it",
                    never.entry.id(),
                    last.number
                ),
            )
            .severity(Severity::Warning)
            .also(last.entry, "matches everything")
            .help("give it a lower number: entries are tried in the order of their numbers");
        }
    }
    // What comes in on TCP is answered to a high port, which has to be let out, and the other way round.
    let mut ids: Vec<&(Who, bool)> = lists.keys().collect();
    ids.sort_by_key(|(_, egress)| *egress);
    for (list, egress) in ids {
        let Some(entries) = lists.get(&(list.clone(), *egress)) else { continue };
        let back = lists.get(&(list.clone(), !egress)).map(Vec::as_slice).unwrap_or_default();
        let answered = |entry: &Entry<'_>| {
            let ports = entry.protocol == Protocol::All
                || entry.protocol == Protocol::TCP && entry.ports.is_none_or(|(_, to)| to >= 32768);
            !entry.deny && ports
        };
        let first = entries.iter().find(|entry| {
            !entry.deny && entry.protocol == Protocol::TCP && entry.ports.is_some_and(|(_, to)| to < 32768)
        });
        if let Some(first) = first
            && !back.iter().any(answered)
        {
            let (this, other) = if *egress { ("out", "in") } else { ("in", "out") };
            says.add(
                first.entry,
                format!(
                    "entry `{}` lets connections {this}, and nothing lets their answers {other}",
                    first.entry.id()
                ),
            )
            .severity(Severity::Warning)
            .help("network ACLs do not know connections: allow TCP ports 1024 to 65535 the other way");
        }
    }
}
