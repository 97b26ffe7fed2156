//! Engines of databases and caches, with their versions.

use std::{borrow::Cow, cmp::Ordering, error::Error, fmt, marker::PhantomData, str::FromStr};

use formwork_core::{Expr, Finding, Input, Str};
use formwork_facts::lists::{self, Version, compare_versions};

use super::{
    Port,
    class::service,
    property::{Text, both},
};

/// An engine of a service with the version that is wanted, such as `postgres` 16.10.
///
/// ```
/// use formwork_aws::types::{Engine, Port, service};
///
/// let engine = Engine::<service::Rds>::aurora_postgresql("16.10");
/// assert_eq!((engine.name(), engine.version(), engine.major()), ("aurora-postgresql", "16.10", "16"));
/// assert_eq!(engine.family(), "aurora-postgresql16"); // of parameter groups
/// assert_eq!(engine.port(), Port::new(5432));
/// ```
///
/// `rds::Engine` and `elasticache::Engine` are shorter names. A version may be a full one or the beginning of one, down
/// to the major version: `"16"`, `"8.0"`. AWS then takes the minor version that it prefers.
///
/// The method `runs` of the builders of `rds` and `elasticache` sets engine and version together. A version that cannot
/// be one, that Formwork does not know or that AWS has deprecated is a finding there, `FW0723`.
///
/// Configuration files have both in a text: `"postgres 16.10"`.
// Without invariant on the version: a constructor takes what it is given, and `runs` says what is wrong with it.
pub struct Engine<S> {
    about: &'static About,
    version: Str,
    service: PhantomData<S>,
}

/// A service that runs engines; see [`service`].
pub trait HasEngines: super::class::Service {
    /// The list of engines.
    #[doc(hidden)]
    const ENGINES: &'static [About];
    /// The name of the service in the facts.
    #[doc(hidden)]
    const LIST: &'static str;
    /// What texts look like, for schemas and messages.
    #[doc(hidden)]
    const EXPECTED: &'static str;
}

/// What is known of an engine apart from its versions.
#[doc(hidden)]
#[derive(Debug)]
pub struct About {
    name: &'static str,
    port: u16,
    /// The major version of a version.
    major: fn(&str) -> &str,
    /// What the family of parameter groups has after the name of the engine, from the major version.
    family: fn(&str) -> Cow<'_, str>,
}

/// The first so many parts of a version.
fn parts(version: &str, count: usize) -> &str {
    match version.match_indices('.').nth(count - 1) {
        Some((end, _)) => &version[..end],
        None => version,
    }
}

fn one_part(version: &str) -> &str {
    parts(version, 1)
}

fn two_parts(version: &str) -> &str {
    parts(version, 2)
}

/// Two parts up to 9.6, one from 10 on: https://www.postgresql.org/support/versioning
fn of_postgresql(version: &str) -> &str {
    parts(version, if version.starts_with("9.") { 2 } else { 1 })
}

/// Two parts up to 5.0; then the first says what is compatible.
fn of_redis(version: &str) -> &str {
    let old = ["2.", "3.", "4.", "5."].iter().any(|start| version.starts_with(start));
    parts(version, if old { 2 } else { 1 })
}

fn plain(major: &str) -> Cow<'_, str> {
    major.into()
}

fn after_a_hyphen(major: &str) -> Cow<'_, str> {
    format!("-{major}").into()
}

/// `15.0` for the version `15.00`.
fn of_sql_server(major: &str) -> Cow<'_, str> {
    match major.split_once('.') {
        Some((major, _)) => format!("-{major}.0").into(),
        None => after_a_hyphen(major),
    }
}

/// `6.x` for 6.
fn with_an_x(major: &str) -> Cow<'_, str> {
    if major == "6" { "6.x".into() } else { major.into() }
}

macro_rules! engines {
    ($service:ident in $list:literal, $expected:literal: $($(#[$doc:meta])* $method:ident = $name:literal $port:literal $major:ident $family:ident;)*) => {
        impl HasEngines for service::$service {
            const ENGINES: &'static [About] =
                &[$(About { name: $name, port: $port, major: $major, family: $family }),*];
            const LIST: &'static str = $list;
            const EXPECTED: &'static str = $expected;
        }
        impl Engine<service::$service> {
            $(
                $(#[$doc])*
                pub fn $method(version: impl Into<Str>) -> Self {
                    const ABOUT: &About = &About { name: $name, port: $port, major: $major, family: $family };
                    Self { about: ABOUT, version: version.into(), service: PhantomData }
                }
            )*
        }
    };
}

// Ports: docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, parameter `Port`. Families:
// API_DescribeEngineDefaultParameters.html, parameter `DBParameterGroupFamily`.
engines! { Rds in "rds", "an engine with its version, such as \"postgres 17\"":
    /// Aurora MySQL, such as `"8.0"` or `"8.0.mysql_aurora.3.10.0"`.
    aurora_mysql = "aurora-mysql" 3306 two_parts plain;
    /// Aurora PostgreSQL, such as `"17"` or `"17.7"`.
    aurora_postgresql = "aurora-postgresql" 5432 of_postgresql plain;
    /// Db2 Advanced Edition, such as `"11.5"`.
    db2_ae = "db2-ae" 50000 two_parts after_a_hyphen;
    /// Db2 Standard Edition, such as `"11.5"`.
    db2_se = "db2-se" 50000 two_parts after_a_hyphen;
    /// MariaDB, such as `"11.8"` or `"11.8.8"`.
    mariadb = "mariadb" 3306 two_parts plain;
    /// MySQL, such as `"8.4"` or `"8.4.8"`.
    mysql = "mysql" 3306 two_parts plain;
    /// Oracle Enterprise Edition, such as `"19"`.
    oracle_ee = "oracle-ee" 1521 one_part after_a_hyphen;
    /// Oracle Enterprise Edition as a container database, such as `"21"`.
    oracle_ee_cdb = "oracle-ee-cdb" 1521 one_part after_a_hyphen;
    /// Oracle Standard Edition 2, such as `"19"`.
    oracle_se2 = "oracle-se2" 1521 one_part after_a_hyphen;
    /// Oracle Standard Edition 2 as a container database, such as `"21"`.
    oracle_se2_cdb = "oracle-se2-cdb" 1521 one_part after_a_hyphen;
    /// PostgreSQL, such as `"17"` or `"17.10"`.
    postgres = "postgres" 5432 of_postgresql plain;
    /// SQL Server Enterprise Edition, such as `"16.00"` for 2022.
    sqlserver_ee = "sqlserver-ee" 1433 two_parts of_sql_server;
    /// SQL Server Express Edition, such as `"16.00"` for 2022.
    sqlserver_ex = "sqlserver-ex" 1433 two_parts of_sql_server;
    /// SQL Server Standard Edition, such as `"16.00"` for 2022.
    sqlserver_se = "sqlserver-se" 1433 two_parts of_sql_server;
    /// SQL Server Web Edition, such as `"16.00"` for 2022.
    sqlserver_web = "sqlserver-web" 1433 two_parts of_sql_server;
}

// docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheParameterGroup.html, parameter
// `CacheParameterGroupFamily`.
engines! { ElastiCache in "elasticache", "an engine with its version, such as \"valkey 8.2\"":
    /// Memcached, such as `"1.6.22"`.
    memcached = "memcached" 11211 two_parts plain;
    /// Redis OSS, such as `"7.1"`.
    redis = "redis" 6379 of_redis with_an_x;
    /// Valkey, such as `"8.2"`.
    valkey = "valkey" 6379 one_part plain;
}

impl Engine<service::Rds> {
    /// Whether it is Aurora, whose instances belong to a cluster.
    pub fn is_aurora(&self) -> bool {
        self.about.name.starts_with("aurora-")
    }
}

impl<S: HasEngines> Engine<S> {
    /// The name, such as `aurora-postgresql`; what a property `Engine` takes.
    pub fn name(&self) -> &'static str {
        self.about.name
    }

    /// The version as it was given.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The major version, such as `16` of `16.10` and `8.0` of `8.0.42`; what `MajorEngineVersion` of an option group
    /// takes.
    pub fn major(&self) -> &str {
        (self.about.major)(&self.version)
    }

    /// The family of parameter groups, such as `postgres16`, `mysql8.0` or `sqlserver-se-16.0`.
    pub fn family(&self) -> String {
        format!("{}{}", self.about.name, (self.about.family)(self.major()))
    }

    /// The port that it listens on unless another one is set.
    pub fn port(&self) -> Port {
        Port::new(self.about.port)
    }

    /// The version as a property, with what there is to say about it.
    #[cfg_attr(
        not(any(test, feature = "rds", feature = "elasticache")),
        expect(dead_code, reason = "builders of those services take it")
    )]
    pub(crate) fn version_input(&self) -> Input<String> {
        let input = Input::new(Expr::Text(self.version.clone()));
        match self.finding() {
            Some(finding) => input.remarked(finding),
            None => input,
        }
    }

    fn finding(&self) -> Option<Finding> {
        let (name, version) = (self.about.name, &*self.version);
        let all = lists::engine(S::LIST, name).map_or(&[][..], |engine| engine.versions());
        if !has_form(version) {
            let finding = Finding::error("FW0723", format!("`{version}` is not a version of `{name}`"));
            return Some(match newest(all.iter()) {
                Some(newest) => {
                    finding.help(format!("write one such as {newest}, or {}", (self.about.major)(newest)))
                }
                None => finding.help("write one that begins with a number, such as 19"),
            });
        }
        let major = self.major();
        let of_major = || all.iter().filter(|known| (self.about.major)(known.number) == major);
        let begins = |known: &&Version| {
            known.number.strip_prefix(version).is_some_and(|rest| rest.starts_with(['.', '-']))
        };
        // Whether they are deprecated.
        let fitting: Vec<bool> = match all.iter().find(|known| known.number == version) {
            Some(exact) => vec![exact.deprecated],
            None => of_major().filter(begins).map(|known| known.deprecated).collect(),
        };
        match fitting.as_slice() {
            // Of some engines no version is known.
            [] if all.is_empty() => None,
            [] => {
                let message =
                    format!("`{version}` is not among the versions of `{name}` that Formwork knows");
                let near = match of_major().next() {
                    Some(_) => neighbours(of_major().map(|known| known.number), version),
                    None => neighbours(all.iter().map(|known| (self.about.major)(known.number)), version),
                };
                let finding = Finding::warning("FW0723", message);
                Some(match near {
                    Some(near) => finding.help(format!("the nearest that it knows: {near}")),
                    None => finding,
                })
            }
            fitting if fitting.iter().all(|deprecated| *deprecated) => {
                let finding = Finding::warning("FW0723", format!("AWS has deprecated `{name}` {version}"));
                let all = newest(all.iter());
                Some(match newest(of_major()).or(all) {
                    Some(newest) if (self.about.major)(newest) == major => {
                        finding.help(format!("the newest version of {major}: {newest}"))
                    }
                    Some(newest) => finding.help(format!("the newest version: {newest}")),
                    None => finding,
                })
            }
            _ => None,
        }
    }
}

fn has_form(version: &str) -> bool {
    let word = |part: &str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !part.is_empty() && part.bytes().all(letter)
    };
    version.starts_with(|c: char| c.is_ascii_digit()) && version.split(['.', '-']).all(word)
}

/// The newest version that is not deprecated.
fn newest<'v>(versions: impl Iterator<Item = &'v Version>) -> Option<&'static str> {
    // Those are for Aurora PostgreSQL Limitless Database, which has to be wanted.
    let usual = |version: &&Version| !version.deprecated && !version.number.ends_with("-limitless");
    versions.filter(usual).last().map(|version| version.number)
}

/// The greatest before and the smallest after one, of versions in ascending order.
fn neighbours<'v>(versions: impl Iterator<Item = &'v str>, wanted: &str) -> Option<String> {
    let (mut below, mut above) = (None, None);
    for version in versions {
        match compare_versions(version, wanted) {
            Ordering::Less => below = Some(version),
            _ => above = above.or(Some(version)),
        }
    }
    both(below, above)
}

impl<S> Clone for Engine<S> {
    fn clone(&self) -> Self {
        Self { about: self.about, version: self.version.clone(), service: PhantomData }
    }
}
impl<S> PartialEq for Engine<S> {
    fn eq(&self, other: &Self) -> bool {
        (self.about.name, &self.version) == (other.about.name, &other.version)
    }
}
impl<S> Eq for Engine<S> {}

impl<S> fmt::Display for Engine<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.about.name, self.version)
    }
}
impl<S> fmt::Debug for Engine<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Engine({self})")
    }
}

/// What keeps a text from being an [`Engine`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidEngine {
    /// There are not a name and a version, separated by a space.
    Form {
        /// What would be.
        expected: &'static str,
    },
    /// There is no such engine.
    Name {
        /// The engines that there are.
        known: Vec<&'static str>,
        /// The one that was most likely meant, if any is near.
        meant: Option<&'static str>,
    },
    /// The version has none of the forms that versions have.
    Version,
}

impl fmt::Display for InvalidEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form { expected } => write!(f, "write {expected}"),
            Self::Name { meant: Some(meant), .. } => write!(f, "no such engine: did you mean {meant}?"),
            Self::Name { known, .. } => write!(f, "no such engine: there are {}", known.join(", ")),
            Self::Version => f.write_str("the version begins with a number, such as 16 or 16.10"),
        }
    }
}

impl Error for InvalidEngine {}

impl<S: HasEngines> FromStr for Engine<S> {
    type Err = InvalidEngine;

    fn from_str(text: &str) -> Result<Self, InvalidEngine> {
        let (name, version) = text.split_once(' ').ok_or(InvalidEngine::Form { expected: S::EXPECTED })?;
        let names = || S::ENGINES.iter().map(|about| about.name);
        let Some(about) = S::ENGINES.iter().find(|about| about.name == name) else {
            let meant = formwork_core::nearest(name, names());
            return Err(InvalidEngine::Name { known: names().collect(), meant });
        };
        match has_form(version) {
            true => Ok(Self { about, version: version.to_owned().into(), service: PhantomData }),
            false => Err(InvalidEngine::Version),
        }
    }
}

impl<S> serde::Serialize for Engine<S> {
    fn serialize<Z: serde::Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, S: HasEngines> serde::Deserialize<'de> for Engine<S> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text::expecting(S::EXPECTED))
    }
}
impl<S: HasEngines> schemars::JsonSchema for Engine<S> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Engine", S::LIST).into()
    }
    fn schema_id() -> Cow<'static, str> {
        std::any::type_name::<Self>().into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> = S::ENGINES.iter().map(|about| about.name).collect();
        let pattern = format!("^({}) [0-9][0-9A-Za-z_]*([.-][0-9A-Za-z_]+)*$", names.join("|"));
        schemars::json_schema!({ "description": S::EXPECTED, "type": "string", "pattern": pattern })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::tests::{configured, said, written};

    type Db = Engine<service::Rds>;
    type Cache = Engine<service::ElastiCache>;

    fn said_of<S: HasEngines>(engine: &Engine<S>) -> String {
        said::<String>(engine.version_input()).replace(" at Resources/R/Properties/P", "")
    }

    fn is_fine<S: HasEngines>(engine: &Engine<S>) -> bool {
        written::<String>(engine.version_input()) == format!("{:?}", engine.version())
    }

    #[test]
    fn engines_are_those_of_the_facts_without_those_that_users_make() {
        fn names<S: HasEngines>() -> Vec<&'static str> {
            S::ENGINES.iter().map(|about| about.name).collect()
        }
        let known = |service: &'static str| {
            let known = lists::engines(service).map(lists::Engine::name);
            known.filter(|name| !name.starts_with("custom-")).collect::<Vec<_>>()
        };
        assert_eq!(names::<service::Rds>(), known("rds"));
        assert_eq!(names::<service::ElastiCache>(), known("elasticache"));
    }

    // docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeEngineDefaultParameters.html lists most of them;
    // for Db2 it has no version, which db2-supported-parameters.html has.
    #[test]
    fn families_of_parameter_groups_are_those_that_aws_documents() {
        for (engine, major, family) in [
            (Db::postgres("16.4"), "16", "postgres16"),
            (Db::postgres("9.6.24"), "9.6", "postgres9.6"),
            (Db::aurora_postgresql("14.6"), "14", "aurora-postgresql14"),
            (Db::aurora_mysql("8.0.mysql_aurora.3.04.0"), "8.0", "aurora-mysql8.0"),
            (Db::mysql("8.0"), "8.0", "mysql8.0"),
            (Db::mysql("5.7.44-rds.20240408"), "5.7", "mysql5.7"),
            (Db::mariadb("10.6.14"), "10.6", "mariadb10.6"),
            (Db::oracle_ee("19.0.0.0.ru-2019-07.rur-2019-07.r1"), "19", "oracle-ee-19"),
            (Db::oracle_se2_cdb("21"), "21", "oracle-se2-cdb-21"),
            (Db::sqlserver_se("15.00.4198.2.v1"), "15.00", "sqlserver-se-15.0"),
            (Db::db2_ae("11.5.9.0.sb00000000.r1"), "11.5", "db2-ae-11.5"),
        ] {
            assert_eq!((engine.major(), &*engine.family()), (major, family));
        }
    }

    // docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheParameterGroup.html
    #[test]
    fn families_of_caches_are_those_that_aws_documents() {
        for (engine, family) in [
            (Cache::valkey("7.2"), "valkey7"),
            (Cache::valkey("8.1"), "valkey8"),
            (Cache::redis("7.1"), "redis7"),
            (Cache::redis("6.2"), "redis6.x"),
            (Cache::redis("5.0.6"), "redis5.0"),
            (Cache::memcached("1.6.22"), "memcached1.6"),
        ] {
            assert_eq!(engine.family(), family);
        }
        assert_eq!((Cache::valkey("8").port().get(), Cache::memcached("1.6").port().get()), (6379, 11211));
    }

    #[test]
    fn all_versions_that_are_not_deprecated_are_fine_and_so_are_their_beginnings() {
        fn check<S: HasEngines>() {
            for about in S::ENGINES {
                for known in lists::engine(S::LIST, about.name).unwrap().versions() {
                    assert!(has_form(known.number), "{known:?}");
                    let engine = |version: &'static str| Engine::<S> {
                        about,
                        version: version.into(),
                        service: PhantomData,
                    };
                    let finding = engine(known.number).finding();
                    match known.deprecated {
                        true => {
                            assert!(finding.is_some_and(|finding| finding.message.contains("deprecated")))
                        }
                        false => {
                            assert_eq!(finding, None, "{known:?}");
                            assert_eq!(engine((about.major)(known.number)).finding(), None, "{known:?}");
                        }
                    }
                }
            }
        }
        check::<service::Rds>();
        check::<service::ElastiCache>();
    }

    #[test]
    fn what_is_no_version_is_an_error() {
        let newest = newest(lists::engine("rds", "postgres").unwrap().versions().iter()).unwrap();
        assert_eq!(
            said_of(&Db::postgres("sixteen")),
            format!(
                "error[FW0723]: `sixteen` is not a version of `postgres`\nhelp: write one such as {newest}, or {}",
                of_postgresql(newest)
            )
        );
        for version in ["", "16.", ".16", "16..4", "16 4", "v16", "16.4-"] {
            assert!(said_of(&Db::postgres(version)).starts_with("error[FW0723]"), "{version}");
        }
        assert!(said_of(&Db::oracle_ee("nineteen")).ends_with("begins with a number, such as 19"));
    }

    #[test]
    fn a_version_that_is_not_known_is_accepted_with_its_neighbours() {
        assert_eq!(
            said_of(&Db::mysql("8")),
            "warning[FW0723]: `8` is not among the versions of `mysql` that Formwork knows\n\
             help: the nearest that it knows: 5.7 and 8.0"
        );
        assert_eq!(
            said_of(&Db::postgres("9.6.7")),
            "warning[FW0723]: `9.6.7` is not among the versions of `postgres` that Formwork knows\n\
             help: the nearest that it knows: 9.6.6 and 9.6.8"
        );
        assert_eq!(
            said_of(&Cache::redis("8.0")),
            "warning[FW0723]: `8.0` is not among the versions of `redis` that Formwork knows\n\
             help: the nearest that it knows: 7"
        );
        assert!(said_of(&Db::postgres("16.1000")).contains("help: the nearest that it knows: 16."));
        assert!(is_fine(&Db::oracle_se2("19")), "of Oracle no versions are known");
    }

    #[test]
    fn what_aws_has_deprecated_is_said_with_what_is_there_instead() {
        let said = said_of(&Db::postgres("16.1"));
        assert!(said.starts_with(
            "warning[FW0723]: AWS has deprecated `postgres` 16.1\nhelp: the newest version of 16: 16."
        ));
        let said = said_of(&Db::postgres("9.6"));
        assert!(
            said.starts_with(
                "warning[FW0723]: AWS has deprecated `postgres` 9.6\nhelp: the newest version: "
            ),
            "{said}"
        );
        let said = said_of(&Db::mysql("5.7.44"));
        assert!(
            said.contains("help: the newest version of 5.7: 5.7.44-rds."),
            "a later fix is there: {said}"
        );
        let said = said_of(&Db::aurora_postgresql("16.4"));
        assert!(said.contains("deprecated") && !said.contains("limitless"), "{said}");
        assert!(is_fine(&Db::mysql("8.0")) && is_fine(&Db::aurora_mysql("8.0")));
    }

    #[test]
    fn a_configuration_has_name_and_version() {
        assert_eq!(configured::<Db>("\"postgres 16.10\""), Ok(Db::postgres("16.10")));
        assert!(configured::<Db>("\"postgres\"").unwrap_err().contains("such as \"postgres 17\""));
        assert!(configured::<Db>("\"postgres sixteen\"").is_err());
        let read = |text: &str| text.parse::<Db>().map_err(|error| error.to_string());
        assert_eq!(read("postgress 16"), Err("no such engine: did you mean postgres?".to_owned()));
        assert!(read("x 16").unwrap_err().starts_with("no such engine: there are aurora-mysql, "));
        assert_eq!(serde_json::to_string(&Cache::valkey("8.2")).unwrap(), "\"valkey 8.2\"");
        assert!(Db::aurora_mysql("8.0").is_aurora() && !Db::mysql("8.0").is_aurora());
    }

    proptest! {
        #[test]
        fn whatever_the_version_nothing_panics(version in "[0-9a-z._-]{0,12}|\\PC{0,6}", index in 0..15_usize) {
            let about = &service::Rds::ENGINES[index];
            let engine = Db { about, version: version.clone().into(), service: PhantomData };
            prop_assert!(version.starts_with(engine.major()));
            prop_assert!(engine.family().starts_with(about.name));
            let finding = engine.finding();
            match engine.to_string().parse::<Db>() {
                Ok(read) => prop_assert_eq!(read, engine),
                Err(_) => prop_assert!(finding.is_some()),
            }
        }
    }
}
