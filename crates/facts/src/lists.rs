//! Values that AWS adds to all the time: instance classes with the Regions and engines that offer them, engines with
//! their versions, and the zones of Regions.
//!
//! ```
//! use formwork_facts::lists;
//!
//! let rds = lists::classes("rds").expect("a list");
//! let class = rds.class("db.t4g.medium").expect("a class");
//! assert_eq!(class.is_offered_in("eu-central-1"), Some(true));
//! assert_eq!(class.is_offered_for("sqlserver-ee", "eu-central-1"), Some(false));
//!
//! let postgres = lists::engine("rds", "postgres").expect("an engine");
//! assert!(postgres.versions().iter().any(|version| version.number == "16.10"));
//!
//! assert_eq!(lists::zones("us-east-2"), Some("abc"));
//! ```
//!
//! The facts are `data/lists.txt`, written by `cargo xtask facts update`. The first call notes where each list begins;
//! a list is read when it is first asked for.
//!
//! **Boundary:** a list is what was known when it was written. That a value is not in it is no error.

use std::{cmp::Ordering, sync::OnceLock};

static TEXT: &str = include_str!("../data/lists.txt");
static LISTS: OnceLock<Lists> = OnceLock::new();

#[derive(Default)]
struct Lists {
    classes: Vec<Classes>,
    families: Vec<(&'static str, &'static str)>,
    engines: Vec<Engine>,
    zones: &'static str,
}

/// The known classes of instances, brokers or nodes of one service.
#[derive(Debug)]
pub struct Classes {
    name: &'static str,
    text: &'static str,
    all: OnceLock<Vec<Class>>,
}

/// A class, such as `db.t4g.medium`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    name: &'static str,
    /// All Regions that the list knows, separated by spaces.
    regions: &'static str,
    /// Lines of engines and the Regions where they offer the class.
    offers: &'static str,
}

/// An engine of a service, such as `postgres` of `rds`.
#[derive(Debug)]
pub struct Engine {
    service: &'static str,
    name: &'static str,
    text: &'static str,
    versions: OnceLock<Vec<Version>>,
}

/// A version of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The version, such as `16.10`.
    pub number: &'static str,
    /// Whether AWS has deprecated it. For an engine without any such version nothing is known about that.
    pub deprecated: bool,
}

fn lists() -> &'static Lists {
    LISTS.get_or_init(|| {
        let mut lists = Lists::default();
        // Nothing else in the file has the bracket, and looking for one byte is quick even without optimisation.
        for section in TEXT.split('[').skip(1) {
            let (title, text) = section.split_once("]\n").unwrap_or_default();
            match *title.split(' ').collect::<Vec<_>>().as_slice() {
                ["classes", name] => lists.classes.push(Classes { name, text, all: OnceLock::new() }),
                ["families", list] => lists.families.push((list, text)),
                ["engine", service, name] => {
                    lists.engines.push(Engine { service, name, text, versions: OnceLock::new() });
                }
                ["zones"] => lists.zones = text,
                _ => {}
            }
        }
        lists
    })
}

/// All lists of classes, in alphabetical order.
pub fn all_classes() -> &'static [Classes] {
    &lists().classes
}

/// A list of classes: `ec2` for instance types, `rds` for instances and `rds-cluster` for Multi-AZ clusters; otherwise
/// the name of the service, such as `elasticache`.
pub fn classes(list: &str) -> Option<&'static Classes> {
    all_classes().iter().find(|classes| classes.name == list)
}

/// The families of classes, such as `t4g`, on which a version of an engine runs, or those that begin so; `None` where
/// nothing is known of it. They are those of all engines together that have such a version.
///
/// ```
/// use formwork_facts::lists;
///
/// let families = lists::families("rds", "8.0.43").expect("a version of MySQL");
/// assert!(families.contains(&"t3") && !families.contains(&"t2"));
/// ```
pub fn families(list: &str, version: &str) -> Option<Vec<&'static str>> {
    let (_, text) = lists().families.iter().find(|(name, _)| *name == list)?;
    let begins = |one: &str, other: &str, ends: &[char]| {
        one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(ends))
    };
    let (mut named, mut found) = ("", Vec::new());
    for line in text.lines() {
        match line.strip_prefix(' ') {
            None => named = line,
            // `16.4` is no beginning of `16.4-limitless`, which is another engine.
            Some(known) if begins(known, version, &['.']) || begins(version, known, &['.', '-']) => {
                found.extend(named.split_whitespace());
            }
            Some(_) => {}
        }
    }
    (!found.is_empty()).then_some(found)
}

/// All engines of a service, in alphabetical order.
pub fn engines(service: &str) -> impl Iterator<Item = &'static Engine> {
    lists().engines.iter().filter(move |engine| engine.service == service)
}

/// An engine of `rds` or `elasticache`.
pub fn engine(service: &str, name: &str) -> Option<&'static Engine> {
    engines(service).find(|engine| engine.name == name)
}

/// The letters of a Region's Availability Zones, in alphabetical order: `abc`. Nothing of a Region that is not known; of
/// the zones of a Region, an account may have fewer.
pub fn zones(region: &str) -> Option<&'static str> {
    let mut lines = lists().zones.lines();
    lines
        .find_map(|line| line.trim_start().split_once(' ').filter(|(known, _)| *known == region))
        .map(|it| it.1)
}

impl Classes {
    /// The name of the list.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// All classes, in alphabetical order.
    pub fn all(&self) -> &[Class] {
        self.all.get_or_init(|| {
            let (regions, text) = self.text.split_once('\n').unwrap_or_default();
            let regions = regions.strip_prefix("regions ").unwrap_or_default();
            let mut all = Vec::new();
            // Lines of offers go on until a class; a line after a class begins new ones.
            let (mut start, mut end, mut position) = (0, 0, 0);
            for line in text.split_inclusive('\n') {
                let next = position + line.len();
                match line.trim_end().strip_prefix(' ') {
                    Some(name) => all.push(Class { name, regions, offers: &text[start..end] }),
                    None => {
                        if end < position {
                            start = position;
                        }
                        end = next;
                    }
                }
                position = next;
            }
            all
        })
    }

    /// The class of this name.
    pub fn class(&self, name: &str) -> Option<&Class> {
        let all = self.all();
        all.get(all.binary_search_by(|class| class.name.cmp(name)).ok()?)
    }
}

impl Class {
    /// The name, such as `db.t4g.medium`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The engines that offer it somewhere; none where a service has no engines to choose from.
    pub fn engines(self) -> impl Iterator<Item = &'static str> {
        self.offers().flat_map(|(engines, _)| engines.split(',')).filter(|engine| *engine != "*")
    }

    /// Whether a Region offers it; `None` for a Region about which nothing is known.
    pub fn is_offered_in(self, region: &str) -> Option<bool> {
        self.knows(region).then(|| self.offers().any(|(_, places)| is_among(places, region)))
    }

    /// Whether a Region offers it for an engine; `None` for a Region about which nothing is known.
    pub fn is_offered_for(self, engine: &str, region: &str) -> Option<bool> {
        let with_engine = |engines: &str| engines.split(',').any(|known| known == engine || known == "*");
        let offered = |(engines, places)| with_engine(engines) && is_among(places, region);
        self.knows(region).then(|| self.offers().any(offered))
    }

    fn knows(self, region: &str) -> bool {
        self.regions.split(' ').any(|known| known == region)
    }

    /// Engines and where they offer the class.
    fn offers(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.offers.lines().filter_map(|line| line.split_once(' '))
    }
}

fn is_among(places: &str, region: &str) -> bool {
    let mut words = places.split(' ');
    match words.next() {
        Some("only") => words.any(|known| known == region),
        Some("but") => !words.any(|known| known == region),
        _ => true,
    }
}

impl Engine {
    /// The name, such as `aurora-postgresql`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// All full versions, in ascending order; none where nothing is known of them.
    pub fn versions(&self) -> &[Version] {
        self.versions.get_or_init(|| {
            let version = |line: &'static str| match line.trim_start().split_once(' ') {
                Some((number, _)) => Version { number, deprecated: true },
                None => Version { number: line.trim_start(), deprecated: false },
            };
            self.text.lines().filter(|line| !line.is_empty()).map(version).collect()
        })
    }
}

/// The order of versions: by their parts, with numbers as numbers.
///
/// ```
/// use formwork_facts::lists::compare_versions;
///
/// assert!(compare_versions("16.9", "16.10").is_lt());
/// assert!(compare_versions("8.0.mysql_aurora.3.04.0", "8.0.mysql_aurora.3.10.0").is_lt());
/// ```
pub fn compare_versions(one: &str, other: &str) -> Ordering {
    fn parts(version: &str) -> impl Iterator<Item = Result<u64, &str>> {
        version.split(['.', '-']).map(|part| part.parse().map_err(|_| part))
    }
    parts(one).cmp(parts(other)).then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(list: &str, name: &str) -> Class {
        *classes(list).unwrap().class(name).unwrap()
    }

    #[test]
    fn all_lists_can_be_read() {
        let names: Vec<&str> = all_classes().iter().map(Classes::name).collect();
        assert!(names.is_sorted() && names.len() == 11, "{names:?}");
        for list in all_classes() {
            let all = list.all();
            assert!(all.is_sorted_by_key(|class| class.name) && all.len() >= 10, "{}", list.name);
            let regions: Vec<&str> = all[0].regions.split(' ').collect();
            assert!(regions.is_sorted() && regions.len() > 30, "{regions:?}");
            for class in all {
                assert_eq!(list.class(class.name), Some(class));
                assert!(class.offers().count() > 0, "{class:?}");
                let somewhere = |region| class.is_offered_in(region) == Some(true);
                assert!(class.regions.split(' ').any(somewhere), "{class:?}");
                for (engines, places) in class.offers() {
                    let what = places.split(' ').next().unwrap();
                    assert!(["everywhere", "only", "but"].contains(&what), "{places}");
                    let known = |name| name == "*" || engine("rds", name).is_some();
                    assert!(engines.split(',').all(known), "{engines}");
                }
            }
        }
        assert!(classes("ec2").unwrap().all().len() > 1000);
        assert!(classes("nothing").is_none());
    }

    // docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html: six in us-east-1; those of
    // us-west-1 are `a` and `c`, also where an account has three, or `b`.
    #[test]
    fn regions_know_their_zones() {
        assert_eq!(zones("us-east-1"), Some("abcdef"));
        assert_eq!(zones("us-west-1"), Some("ac"));
        assert_eq!(zones("moon-south-1"), None);
        let lines: Vec<&str> = lists().zones.lines().filter(|line| !line.is_empty()).collect();
        assert!(lines.is_sorted() && lines.len() > 35, "{lines:?}");
        for line in lines {
            let (_, letters) = line.trim_start().split_once(' ').expect("a Region and letters");
            assert!(letters.len() >= 2 && letters.bytes().all(|byte| byte.is_ascii_lowercase()), "{line}");
        }
    }

    // aws.amazon.com/ec2/instance-types: u-24tb1.112xlarge is in few Regions, m5.large wherever there is EC2 but in
    // Regions that opened with later generations.
    #[test]
    fn a_class_knows_its_regions() {
        assert_eq!(class("ec2", "m5.large").is_offered_in("eu-central-1"), Some(true));
        assert_eq!(class("ec2", "u-24tb1.112xlarge").is_offered_in("eu-south-2"), Some(false));
        assert_eq!(class("ec2", "m5.large").is_offered_in("moon-south-1"), None);
        assert_eq!(class("ec2", "m5.large").engines().next(), None);
        assert_eq!(class("ec2", "m5.large").is_offered_for("whatever", "eu-central-1"), Some(true));
    }

    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html: SQL Server has no classes
    // with Graviton; Aurora has no db.m5.
    #[test]
    fn a_class_knows_its_engines() {
        let medium: Vec<&str> = class("rds", "db.t4g.medium").engines().collect();
        assert!(medium.contains(&"postgres") && medium.contains(&"aurora-mysql"));
        assert!(!medium.iter().any(|engine| engine.starts_with("sqlserver") || engine.starts_with("oracle")));
        assert_eq!(class("rds", "db.m5.large").is_offered_for("mysql", "eu-central-1"), Some(true));
        assert_eq!(class("rds", "db.m5.large").is_offered_for("aurora-mysql", "eu-central-1"), Some(false));
    }

    // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
    #[test]
    fn a_version_knows_its_families() {
        let runs = |version: &str, family: &str| families("rds", version).map(|all| all.contains(&family));
        assert_eq!(
            [runs("5.7.44", "t2"), runs("8.0.43", "t2"), runs("8.4", "t2")].map(Option::unwrap),
            [true, false, false]
        );
        assert_eq!(runs("8.0", "r8g"), Some(true));
        assert_eq!(runs("5.7", "r8g"), Some(false));
        // What is the beginning of several versions is what one of them is.
        assert_eq!(runs("8", "m8a"), Some(true));
        assert_eq!(runs("16.10", "m8g"), Some(true));
        assert_eq!((runs("16.4", "m5"), runs("99", "t3"), families("ec2", "8.0")), (None, None, None));
    }

    #[test]
    fn versions_are_in_order_and_say_what_is_deprecated() {
        assert!(engines("rds").count() >= 20 && engines("elasticache").count() == 3);
        for engine in engines("rds").chain(engines("elasticache")) {
            let versions = engine.versions();
            let ascending = |pair: &[Version]| compare_versions(pair[0].number, pair[1].number).is_lt();
            assert!(versions.windows(2).all(ascending), "{}", engine.name);
        }
        let postgres = engine("rds", "postgres").unwrap().versions();
        // docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-versions.html
        assert!(postgres.contains(&Version { number: "9.6.24", deprecated: true }));
        assert!(!postgres.iter().any(|version| version.number == "16"), "a beginning is no version");
        assert!(postgres.iter().any(|version| version.number.starts_with("17.") && !version.deprecated));
        // Of Oracle's versions nothing is known.
        assert_eq!(engine("rds", "oracle-ee").unwrap().versions(), []);
        assert!(engine("rds", "redis").is_none());
    }
}
