//! The actions of IAM: what a policy can allow or deny, with access levels, resource types and condition keys.
//!
//! ```
//! use formwork_facts::iam::{self, Access};
//!
//! let get = iam::action("s3:getobject").expect("IAM does not tell cases apart");
//! assert_eq!(get.to_string(), "s3:GetObject");
//! assert_eq!(get.access(), Some(Access::Read));
//! assert!(get.acts_on().any(|kind| kind.resource_type == "object"));
//!
//! assert!(iam::matching("s3:Get*").any(|action| action == get));
//! assert_eq!(iam::nearest("s3:GetObjects"), Some(get));
//! ```
//!
//! The facts are `data/iam-actions.txt`, written by `cargo xtask facts update`. The first call notes where each
//! service begins; a service is read when it is first asked for.

use std::{collections::HashMap, fmt, sync::OnceLock};

static TEXT: &str = include_str!("../data/iam-actions.txt");
static SERVICES: OnceLock<Vec<Service>> = OnceLock::new();

/// What is known on one service prefix, such as `s3`.
#[derive(Debug)]
pub struct Service {
    prefix: &'static str,
    text: &'static str,
    contents: OnceLock<Contents>,
}

#[derive(Debug, Default)]
struct Contents {
    actions: Vec<Action>,
    /// The places of actions by their names in lower case.
    by_name: HashMap<Box<str>, u32>,
    resource_types: Vec<ResourceType>,
    condition_keys: Vec<ConditionKey>,
}

/// One action, such as `s3:GetObject`; its `Display` is what a policy writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    prefix: &'static str,
    name: &'static str,
    /// The line above it: the access level, and what it acts on.
    group: &'static str,
}

/// How AWS classifies what an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Finds out which resources there are.
    List,
    /// Reads contents and attributes.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes tags and nothing else.
    Tagging,
    /// Grants or changes permissions.
    Permissions,
}

/// A resource type that an action acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActsOn {
    /// The name of the type within the service; see [`Service::resource_types`].
    pub resource_type: &'static str,
    /// Whether a policy has to name such a resource for the action to be allowed.
    pub required: bool,
}

/// A type of resource that policies can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// The name of the type within the service, such as `bucket`.
    pub name: &'static str,
    /// Its ARN, such as `arn:${Partition}:s3:::${BucketName}`. What is only known from the newer source has `*` in
    /// place of names.
    pub arn_format: &'static str,
}

/// A key that conditions can test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionKey {
    /// The name, such as `s3:prefix` or `aws:RequestTag/${TagKey}`.
    pub name: &'static str,
    /// `String`, `Bool`, `ARN`, `ArrayOfString` and so on.
    pub kind: &'static str,
}

/// All services, by prefix. Nothing of them is read yet.
pub fn services() -> &'static [Service] {
    SERVICES.get_or_init(|| {
        // Nothing else in the file has the bracket, and looking for one byte is quick even without optimisation.
        let service = |section: &'static str| {
            let (prefix, text) = section.split_once("]\n")?;
            Some(Service { prefix, text, contents: OnceLock::new() })
        };
        TEXT.split('[').skip(1).filter_map(service).collect()
    })
}

/// The service of a prefix; upper or lower case.
///
/// ```
/// let sqs = formwork_facts::iam::service("sqs").expect("a prefix");
/// assert_eq!(sqs.resource_types()[0].arn_format, "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}");
/// ```
pub fn service(prefix: &str) -> Option<&'static Service> {
    let services = services();
    let prefix = prefix.to_ascii_lowercase();
    services.get(services.binary_search_by(|service| service.prefix.cmp(&prefix)).ok()?)
}

/// The action of a name such as `s3:GetObject`; upper or lower case.
pub fn action(name: &str) -> Option<Action> {
    let (prefix, name) = name.split_once(':')?;
    service(prefix)?.action(name)
}

/// All actions that an entry of a policy covers: a name, a name with the wildcards `*` and `?`, or `*`.
///
/// ```
/// use formwork_facts::iam;
///
/// let names: Vec<String> = iam::matching("sqs:????Message").map(|action| action.to_string()).collect();
/// assert_eq!(names, ["sqs:SendMessage"]);
/// assert_eq!(iam::matching("sqs:Gte*").next(), None);
/// ```
pub fn matching(pattern: &str) -> impl Iterator<Item = Action> {
    let (prefix, name) = pattern.split_once(':').unwrap_or(match pattern {
        "*" => ("*", "*"),
        _ => ("", ""),
    });
    let (prefix, name) = (prefix.to_owned(), name.to_owned());
    services()
        .iter()
        .filter(move |service| like(&prefix, service.prefix))
        .flat_map(Service::actions)
        .filter(move |action| like(&name, action.name))
        .copied()
}

/// The action that somebody who wrote `name` most likely meant, if any is near enough: a similar name or the
/// beginning of the name in the same service, the same name in a service with a similar prefix or in the only
/// service that has it.
///
/// ```
/// use formwork_facts::iam;
///
/// let meant = |name: &str| iam::nearest(name).map(|action| action.to_string());
/// assert_eq!(meant("s3:GetObjects").as_deref(), Some("s3:GetObject"));
/// assert_eq!(meant("sqs:SendMessageBatch").as_deref(), Some("sqs:SendMessage"));
/// assert_eq!(meant("dynamo:PutItem").as_deref(), Some("dynamodb:PutItem"));
/// assert_eq!(meant("elb:DescribeTargetGroups").as_deref(), Some("elasticloadbalancing:DescribeTargetGroups"));
/// assert_eq!(meant("s3:Juggle"), None);
/// ```
pub fn nearest(name: &str) -> Option<Action> {
    let (prefix, name) = name.split_once(':')?;
    if let Some(service) = service(prefix) {
        let near = |action: &Action| Some((distance(name, action.name)?, *action));
        let near = service.actions().iter().filter_map(near).min_by_key(|(far, _)| *far);
        return near.map(|(_, action)| action).or_else(|| service.beginning_of(name));
    }
    let similar = services().iter().filter_map(|service| Some((distance(prefix, service.prefix)?, service)));
    let similar = similar.filter_map(|(far, service)| Some((far, service.action(name)?)));
    similar.min_by_key(|(far, _)| *far).map(|(_, action)| action).or_else(|| {
        let mut same = services().iter().filter_map(|service| service.action(name));
        let only = same.next()?;
        same.next().is_none().then_some(only)
    })
}

/// Whether a text matches a pattern as IAM has it for actions: `*` stands for any text, `?` for one character,
/// upper and lower case are the same.
///
/// ```
/// use formwork_facts::iam::like;
///
/// assert!(like("Get*", "getobject") && like("*Object?*", "GetObjectAcl"));
/// assert!(!like("Get?", "Get"));
/// ```
pub fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut next) = (0, 0);
    // The last star, and how much of the text it stands for so far.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(next) {
            Some(b'*') => {
                star = Some((next, at));
                next += 1;
            }
            Some(b'?') => (at, next) = (at + char_width(text, at), next + 1),
            Some(byte) if byte.eq_ignore_ascii_case(&text[at]) => (at, next) = (at + 1, next + 1),
            _ => match star {
                Some((position, until)) => {
                    star = Some((position, until + 1));
                    (at, next) = (until + 1, position + 1);
                }
                None => return false,
            },
        }
    }
    pattern[next..].iter().all(|byte| *byte == b'*')
}

/// How many bytes the character has that begins here.
fn char_width(text: &[u8], at: usize) -> usize {
    1 + text[at + 1..].iter().take_while(|byte| **byte & 0xC0 == 0x80).count()
}

impl Service {
    /// The prefix, such as `s3`.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// All actions, by access level and by what they act on.
    pub fn actions(&self) -> &[Action] {
        &self.contents().actions
    }

    /// The action of a name such as `GetObject`; upper or lower case.
    pub fn action(&self, name: &str) -> Option<Action> {
        let contents = self.contents();
        let index = contents.by_name.get(&*name.to_ascii_lowercase())?;
        contents.actions.get(*index as usize).copied()
    }

    /// The action with the longest name that the given one begins with: many operations have no action of their
    /// own, and are allowed by a plainer one.
    fn beginning_of(&self, name: &str) -> Option<Action> {
        let begins = |action: &&Action| {
            let start = name.get(..action.name.len());
            // A single verb says nothing.
            action.name.len() > 6 && start.is_some_and(|start| start.eq_ignore_ascii_case(action.name))
        };
        self.actions().iter().filter(begins).max_by_key(|action| action.name.len()).copied()
    }

    /// All types of resource that policies can name, by name.
    pub fn resource_types(&self) -> &[ResourceType] {
        &self.contents().resource_types
    }

    /// The keys that conditions on this service's actions can test, besides those that every service has.
    pub fn condition_keys(&self) -> &[ConditionKey] {
        &self.contents().condition_keys
    }

    fn contents(&self) -> &Contents {
        self.contents.get_or_init(|| {
            let mut contents = Contents::default();
            let mut group = "";
            for line in self.text.lines() {
                if let Some(name) = line.strip_prefix(' ') {
                    let place = contents.actions.len() as u32;
                    contents.by_name.entry(name.to_ascii_lowercase().into()).or_insert(place);
                    contents.actions.push(Action { prefix: self.prefix, name, group });
                } else if let Some((arn_format, name)) =
                    line.strip_prefix("resource ").and_then(|rest| rest.split_once(' '))
                {
                    contents.resource_types.push(ResourceType { name, arn_format });
                } else if let Some((name, kind)) =
                    line.strip_prefix("key ").and_then(|rest| rest.split_once(' '))
                {
                    contents.condition_keys.push(ConditionKey { name, kind });
                } else {
                    group = line;
                }
            }
            contents
        })
    }
}

impl Action {
    /// The prefix of the service, such as `s3`.
    pub fn prefix(self) -> &'static str {
        self.prefix
    }

    /// The name within the service, such as `GetObject`. All in lower case where only the newer source knows it.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// What it does, where that is known.
    pub fn access(self) -> Option<Access> {
        match self.group.split(' ').next() {
            Some("List") => Some(Access::List),
            Some("Read") => Some(Access::Read),
            Some("Write") => Some(Access::Write),
            Some("Tagging") => Some(Access::Tagging),
            Some("Permissions") => Some(Access::Permissions),
            _ => None,
        }
    }

    /// The types of resource that it acts on; none where it is about the account as a whole.
    pub fn acts_on(self) -> impl Iterator<Item = ActsOn> {
        let types = self.group.split_once(' ').map_or("", |(_, types)| types);
        types.split(',').filter(|name| !name.is_empty()).map(|name| match name.strip_suffix('*') {
            Some(name) => ActsOn { resource_type: name, required: true },
            None => ActsOn { resource_type: name, required: false },
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.prefix, self.name)
    }
}

/// How many letters to add, drop, change or swap with their neighbour, if few enough for a slip of the pen.
fn distance(from: &str, to: &str) -> Option<usize> {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    let allowed = (from.len().max(to.len()) / 3).clamp(1, 3);
    // Nobody misspells a name this long, and the comparison takes quadratic time.
    if from.len().min(to.len()) < 3 || from.len() > 96 || from.len().abs_diff(to.len()) > allowed {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, b) in to.iter().enumerate() {
            let changed = usize::from(!a.eq_ignore_ascii_case(b));
            let mut best = (above[column] + changed).min(above[column + 1] + 1).min(line[column] + 1);
            if row > 0
                && column > 0
                && a.eq_ignore_ascii_case(&to[column - 1])
                && from[row - 1].eq_ignore_ascii_case(b)
            {
                best = best.min(before[column - 1] + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().filter(|distance| *distance <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_in_order_and_all_of_them_can_be_read() {
        let prefixes: Vec<&str> = services().iter().map(Service::prefix).collect();
        assert!(prefixes.is_sorted() && prefixes.len() > 400, "{} services", prefixes.len());
        let mut actions = 0;
        for service in services() {
            assert_eq!(service.prefix, service.prefix.to_ascii_lowercase());
            actions += service.actions().len();
            for action in service.actions() {
                assert!(action.access().is_some() || action.group.starts_with("Unknown"), "{action}");
                assert_eq!(super::action(&action.to_string()), Some(*action));
                for kind in action.acts_on() {
                    let known = |other: &ResourceType| other.name == kind.resource_type;
                    assert!(service.resource_types().iter().any(known), "{action}: {kind:?}");
                }
            }
            for kind in service.resource_types() {
                assert!(kind.arn_format.starts_with("arn:") || kind.arn_format == "*", "{kind:?}");
            }
        }
        assert!(actions > 20_000, "{actions} actions");
    }

    // <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>
    #[test]
    fn an_action_knows_its_level_and_what_it_acts_on() {
        let policy = action("s3:PutBucketPolicy").unwrap();
        assert_eq!(policy.access(), Some(Access::Permissions));
        assert_eq!(
            policy.acts_on().collect::<Vec<_>>(),
            [ActsOn { resource_type: "bucket", required: true }]
        );
        let all = action("s3:ListAllMyBuckets").unwrap();
        assert_eq!((all.access(), all.acts_on().next()), (Some(Access::List), None));
        assert_eq!(action("s3:GetObjects"), None);
        assert_eq!(action("GetObject"), None);
    }

    // "The prefix and the action name are case insensitive."
    // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
    #[test]
    fn upper_and_lower_case_are_the_same() {
        assert_eq!(action("IAM:listaccesskeys").unwrap().to_string(), "iam:ListAccessKeys");
        assert_eq!(matching("IAM:LISTACCESS*").count(), 1);
    }

    #[test]
    fn a_service_knows_its_condition_keys() {
        let keys = service("s3").unwrap().condition_keys();
        assert!(keys.contains(&ConditionKey { name: "s3:prefix", kind: "String" }));
    }

    #[test]
    fn a_star_covers_everything_and_no_service_is_covered_without_a_colon() {
        assert_eq!(matching("*").count(), matching("*:*").count());
        assert!(matching("*").count() > 20_000);
        assert_eq!(matching("s3*").count(), 0);
        assert_eq!(matching("").count(), 0);
        assert_eq!(matching("sts:AssumeRole").count(), 1);
    }

    #[test]
    fn wildcards_match_as_iam_has_them() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("**", "x"),
            ("a*b*c", "aXbYbZc"),
            ("*aab", "aaaab"),
            ("?", "é"),
            ("Get*Acl", "getobjectacl"),
        ] {
            assert!(like(pattern, text), "{pattern} should match {text}");
        }
        for (pattern, text) in [("", "x"), ("?", ""), ("a*b", "abc"), ("Get?", "Getxy"), ("a?c", "ac")] {
            assert!(!like(pattern, text), "{pattern} should not match {text}");
        }
    }

    /// Tries every way, which is what the wildcards mean.
    fn like_by_definition(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], text) => text.is_empty(),
            (['*', rest @ ..], text) => {
                (0..=text.len()).any(|taken| like_by_definition(rest, &text[taken..]))
            }
            (['?', rest @ ..], [_, text @ ..]) => like_by_definition(rest, text),
            ([c, rest @ ..], [d, text @ ..]) => c.eq_ignore_ascii_case(d) && like_by_definition(rest, text),
            (_, []) => false,
        }
    }

    #[test]
    fn wildcards_match_as_their_definition_says_for_all_short_texts() {
        let words = |alphabet: &[char], longest: u32| -> Vec<Vec<char>> {
            let mut all = vec![Vec::new()];
            let mut last = all.clone();
            for _ in 0..longest {
                last = last
                    .iter()
                    .flat_map(|word| alphabet.iter().map(move |c| [word.as_slice(), &[*c]].concat()))
                    .collect();
                all.extend(last.clone());
            }
            all
        };
        for pattern in words(&['a', 'ü', '*', '?'], 4) {
            for text in words(&['A', 'b', 'ü'], 4) {
                let (p, t): (String, String) = (pattern.iter().collect(), text.iter().collect());
                assert_eq!(like(&p, &t), like_by_definition(&pattern, &text), "{p} against {t}");
            }
        }
    }
}
