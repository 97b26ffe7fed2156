//! How many connections a database takes.
//!
//! RDS computes `max_connections` of `DBInstanceClassMemory`, which is less than the memory of the class: what RDS and
//! the operating system take is off it, and nobody says how much that is. What is assumed here is rather too little, so
//! that a share of it is a number that can be reached.
// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html, "Maximum number of database connections", and
// USER_ParamValuesRef.html, `DBInstanceClassMemory`

use std::panic::Location;

use formwork_aws::rds;
use formwork_core::Finding;

use super::{Database, Kind};
use crate::{Metric, Stat, place::report};

const GIB: f64 = 1_073_741_824.0;

/// How many connections a database takes, or why that is not known.
pub(super) type Most = Result<u32, Unknown>;

/// Why it is not known how many connections a database takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Unknown {
    why: String,
    /// What is counted with instead, where something else is wrong that is to be mended first: the class.
    instead: Option<u32>,
    /// Whether the parameter can be said: not where the database has the parameter group of RDS.
    settable: bool,
}

impl Unknown {
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), instead: None, settable: true }
    }
}

/// With so much memory a class is counted that there is not, in GiB: as with the smallest that there are.
const LEAST: f64 = 1.0;

/// What serves the connections.
#[derive(Clone, Copy)]
pub(super) enum Size<'a> {
    /// A class, unless it is known at deployment only.
    Class(Option<&'a str>),
    /// Serverless instances with so many units of capacity at least, and at most.
    Units(f64, f64),
}

/// How many connections a database takes by its wishes, where its parameter says so or says nothing.
pub(super) fn most_by(wishes: &super::wishes::Wishes, size: Size<'_>, parameter: Option<&str>) -> Most {
    let settable = wishes.default_parameters().is_none();
    most(&wishes.engine, size, parameter).map_err(|unknown| Unknown { settable, ..unknown })
}

/// How many connections an engine takes on instances of a size, where its parameter says so or says nothing.
fn most(engine: &rds::Engine, size: Size<'_>, parameter: Option<&str>) -> Most {
    if let Some(said) = parameter {
        if let Ok(number) = said.trim().parse() {
            return Ok(number);
        }
        let Some((divisor, limit)) = formula(said) else {
            return Err(Unknown::because(format!("`max_connections` is `{said}`, which is no number")));
        };
        return with_memory(size, |memory| divided(memory, divisor, limit));
    }
    with_memory(size, |memory| match engine.name() {
        "aurora-mysql" => of_aurora_mysql(size, memory),
        "postgres" => divided(memory, 9_531_392.0, 5000.0),
        "aurora-postgresql" => {
            let most = divided(memory, 9_531_392.0, 5000.0);
            // Where it may become as small as that, it takes no more.
            // docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
            let small = matches!(size, Size::Units(least, _) if least <= 0.5);
            if small { most.min(2000) } else { most }
        }
        "mariadb" if !old_mariadb(engine.version()) => divided(memory, 25_165_760.0, 12_000.0),
        _ => divided(memory, 12_582_880.0, 100_000.0),
    })
}

/// What follows from the memory of a size.
fn with_memory(size: Size<'_>, of: impl Fn(f64) -> u32) -> Most {
    memory_of(size).map(&of).map_err(|why| {
        let strange = match size {
            Size::Class(Some(class)) => class.parse::<rds::Class>().is_ok_and(|class| !class.is_known()),
            _ => false,
        };
        Unknown { instead: strange.then(|| of(LEAST)), ..Unknown::because(why) }
    })
}

/// Whether it is from before 10.5, when MariaDB was given as much as MySQL.
fn old_mariadb(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < (10, 5)
}

/// So many bytes for each connection. Measured are, with the divisor of MySQL: 66 for 1 GiB, 150 for 2, 312 for 4, 648
/// for 8, 1320 for 16, 2540 for 30.5; and with newer classes about 60 for 1 GiB. This is 3 to 12 percent below.
fn divided(memory: f64, divisor: f64, limit: f64) -> u32 {
    let usable = (memory * 0.94 - 0.25) * GIB;
    (usable / divisor).min(limit).max(1.0) as u32
}

/// `{DBInstanceClassMemory/12582880}` and `LEAST({DBInstanceClassMemory/9531392},5000)`: divisor and limit.
fn formula(said: &str) -> Option<(f64, f64)> {
    let said: String = said.chars().filter(|c| !c.is_whitespace()).collect();
    let (inner, limit) = match said.strip_prefix("LEAST(").and_then(|rest| rest.strip_suffix(')')) {
        Some(least) => {
            let (inner, limit) = least.rsplit_once(',')?;
            (inner, limit.parse().ok()?)
        }
        None => (said.as_str(), 100_000.0),
    };
    let divisor = inner.strip_prefix("{DBInstanceClassMemory/")?.strip_suffix('}')?;
    let divisor: f64 = divisor.parse().ok()?;
    (divisor >= 1.0).then_some((divisor, limit))
}

/// The defaults of Aurora MySQL, in steps.
// docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Managing.Performance.html and
// aurora-serverless-v2.setting-capacity.html
fn of_aurora_mysql(size: Size<'_>, memory: f64) -> u32 {
    let least = match size {
        Size::Class(_) => 45,
        Size::Units(..) => 90,
    };
    let steps = [
        (3.9, 90),
        (7.9, 135),
        (15.0, 1000),
        (30.0, 2000),
        (60.0, 3000),
        (120.0, 4000),
        (240.0, 5000),
        (380.0, 6000),
        (760.0, 7000),
    ];
    let reached = steps.iter().rev().find(|(from, _)| memory >= *from);
    reached.map_or(least, |(_, most)| *most).max(least)
}

/// The memory of a size, in GiB.
fn memory_of(size: Size<'_>) -> Result<f64, String> {
    match size {
        Size::Class(Some(class)) => {
            memory_of_class(class).ok_or_else(|| format!("how much memory `{class}` has is not known"))
        }
        Size::Class(None) => Err("its class is known at deployment only".to_owned()),
        // docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html: about 2 GiB each.
        Size::Units(_, most) => Ok(most * 2.0),
    }
}

/// The memory of a class, in GiB.
// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
fn memory_of_class(class: &str) -> Option<f64> {
    let (family, size) = class.strip_prefix("db.")?.split_once('.')?;
    let digits = family.find(|c: char| c.is_ascii_digit())?;
    let (letter, generation) = family.split_at(digits);
    let processors = match size {
        "medium" => 1.0,
        "large" => 2.0,
        "xlarge" => 4.0,
        size => {
            size.strip_suffix("xlarge").and_then(|times| times.parse::<f64>().ok()).map_or(0.0, |it| it * 4.0)
        }
    };
    if letter == "t" {
        return match size {
            _ if generation.starts_with('1') => None,
            "micro" => Some(1.0),
            "small" => Some(2.0),
            "medium" => Some(4.0),
            _ if processors > 0.0 => Some(processors * 4.0),
            _ => None,
        };
    }
    let each = match (letter, generation) {
        (_, "1" | "2") => return None,
        ("c", _) => 2.0,
        ("m", "3") => 3.75,
        ("m", _) => 4.0,
        ("r", "3" | "4") => 7.625,
        ("r" | "z", _) => 8.0,
        ("x", "1e" | "2iedn" | "2iezn") => 32.0,
        ("x", _) => 15.25,
        _ => return None,
    };
    (processors > 0.0).then_some(processors * each)
}

impl<K: Kind> Database<'_, K> {
    /// So many percent of the connections that it takes, as a number for [`connections`](Self::connections), which are a
    /// count: `above(80)` of them is 80 connections and not 80 percent.
    ///
    /// ```
    /// # use formwork_aws::types::cidr;
    /// # use formwork_core::App;
    /// # use formwork_patterns::{Database, ThreeTierVpc};
    /// # let app = App::for_tests();
    /// # let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).build(app.stack("network"));
    /// # let data = app.stack("data");
    /// let orders = Database::mysql("8.4", "db.t3.micro").build(data.scope("Orders"), &network);
    /// let many = orders.connections_at(80); // 46: it takes about 60, and not the 85 that 1 GiB / 12582880 would be
    /// data.add("Many", orders.connections().above(many).alarm_description("most connections are in use"));
    /// ```
    ///
    /// How many it takes is what the parameter `max_connections` says, as a number, or else what RDS sets for the class:
    /// that is computed of memory of which RDS keeps an unknown part, so that the number is up to a tenth too small
    /// rather than one that is never reached. With Aurora it is what each instance takes, serverless ones at their
    /// greatest capacity. Where it is not known (a class that is a parameter of the template), that is a finding, `FW3197`;
    /// of a class that is none of those that are known it is a warning, and counts as the smallest.
    #[track_caller]
    pub fn connections_at(&self, percent: impl Into<f64>) -> f64 {
        let (percent, at) = (percent.into(), Location::caller());
        if percent <= 0.0 || percent > 100.0 {
            let finding =
                Finding::error("FW3196", format!("{percent} percent of all connections are asked for"))
                    .help("percentages are from 0 to 100: `.connections_at(80)`");
            report(&self.common.scope, finding, at);
        }
        (f64::from(self.known_most(at)) * percent / 100.0).floor()
    }

    /// How many of the connections that it takes are in use, in percent: see [`connections_at`](Self::connections_at). Of
    /// a cluster it is the instance that has most.
    #[track_caller]
    pub fn connection_utilization(&self) -> Metric {
        let most = self.known_most(Location::caller());
        self.connections()
            .stat(Stat::Maximum)
            .percent_of_number(f64::from(most))
            .label("Connections in percent")
    }

    /// How many connections it takes, where that is known.
    pub(crate) fn most_connections(&self) -> Option<u32> {
        self.common.most.as_ref().ok().copied()
    }

    fn known_most(&self, at: &'static Location<'static>) -> u32 {
        match &self.common.most {
            Ok(most) => *most,
            Err(Unknown { instead: Some(instead), .. }) => {
                // The class is what has to be mended: of it, `FW0722` tells which one may be meant.
                let message = format!(
                    "the class of the database is none that is known, and counts as one that takes {instead} \
                     connections"
                );
                let finding = Finding::warning("FW3197", message).help(
                    "correct the class: `FW0722` tells which are near; of one that is newer than this, compare with \
                     a number: `.connections().above(160)`",
                );
                report(&self.common.scope, finding, at);
                *instead
            }
            Err(Unknown { why, settable, .. }) => {
                let message = format!("how many connections the database takes is not known: {why}");
                let finding = Finding::error("FW3197", message).help(match settable {
                    true => {
                        "say it, `.parameter(\"max_connections\", \"200\")`, or compare with a number: \
                         `.connections().above(160)`"
                    }
                    false => "compare with a number: `.connections().above(160)`",
                });
                report(&self.common.scope, finding, at);
                1
            }
        }
    }
}

impl super::aurora::Wanted {
    /// How many connections each of the instances takes.
    pub(super) fn most_connections(&self, wishes: &super::wishes::Wishes) -> Most {
        let name = "max_connections";
        let own =
            self.instance_parameters().iter().rev().find(|(known, _)| known == name).map(|(_, value)| value);
        let said = own.or_else(|| wishes.parameters.get(name).map(|said| &said.value));
        let class = self.class_of_instances();
        let size = match self.units() {
            Some((least, most)) => Size::Units(least, most),
            None => Size::Class(class.as_deref()),
        };
        most_by(wishes, size, said.map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(engine: &rds::Engine, class: &str) -> u32 {
        most(engine, Size::Class(Some(class)), None).unwrap()
    }

    /// What people have read off their databases: a number that is computed is not above, and not far below.
    #[test]
    fn computed_numbers_can_be_reached() {
        // tritoneco.com/2015/11/23/max_connections-at-aws-rds-mysql-instance-sizes
        let mysql = rds::Engine::mysql("8.0");
        let measured = [
            ("t2.micro", 66),
            ("t2.small", 150),
            ("t2.medium", 312),
            ("t2.large", 648),
            ("m4.large", 648),
            ("m4.xlarge", 1320),
            ("m3.large", 609),
            ("m3.xlarge", 1237),
            ("m3.2xlarge", 2492),
            ("r3.large", 1258),
            ("r3.xlarge", 2540),
            ("t3.micro", 60),
        ];
        for (class, measured) in measured {
            let computed = of(&mysql, &format!("db.{class}"));
            assert!(computed <= measured && computed * 100 >= measured * 87, "{class}: {computed}");
        }
        // gist.github.com/guizmaii/1cacffef793c2ba9645083c3e18b3d8c
        let postgres = rds::Engine::postgres("17");
        for (class, measured) in
            [("t2.small", 198), ("t2.medium", 413), ("t2.large", 856), ("r4.large", 1660)]
        {
            let computed = of(&postgres, &format!("db.{class}"));
            assert!(computed <= measured && computed * 100 >= measured * 90, "{class}: {computed}");
        }
        assert_eq!(of(&postgres, "db.r8g.48xlarge"), 5000);
        assert_eq!(of(&mysql, "db.t3.micro"), 58);
        assert_eq!(of(&rds::Engine::mariadb("11.8"), "db.t4g.medium"), 149);
        assert_eq!(of(&rds::Engine::mariadb("10.4"), "db.t4g.medium"), 299);
    }

    #[test]
    fn aurora_has_tables() {
        let mysql = rds::Engine::aurora_mysql("8.0");
        for (class, most) in [
            ("t3.small", 45),
            ("t4g.medium", 90),
            ("t4g.large", 135),
            ("r3.large", 1000),
            ("r6g.large", 1000),
            ("r5.2xlarge", 3000),
            ("r5.12xlarge", 6000),
            ("r5.24xlarge", 7000),
            ("x2g.4xlarge", 5000),
        ] {
            assert_eq!(of(&mysql, &format!("db.{class}")), most, "{class}");
        }
        let units = |engine: &rds::Engine, least, most_units| {
            most(engine, Size::Units(least, most_units), None).unwrap()
        };
        for (most_units, most) in
            [(1.0, 90), (4.0, 135), (8.0, 1000), (16.0, 2000), (32.0, 3000), (64.0, 4000), (128.0, 5000)]
        {
            assert_eq!(units(&mysql, 0.5, most_units), most, "{most_units}");
        }
        let postgres = rds::Engine::aurora_postgresql("17");
        for (most_units, documented) in [(1.0, 189), (4.0, 823), (8.0, 1669), (16.0, 3360), (32.0, 5000)] {
            let computed = units(&postgres, 1.0, most_units);
            assert!(computed <= documented && computed * 100 >= documented * 96, "{most_units}: {computed}");
        }
        assert_eq!(units(&postgres, 0.5, 16.0), 2000);
    }

    #[test]
    fn a_parameter_says_it() {
        let mysql = rds::Engine::mysql("8.0");
        let said = |text: &str, class| most(&mysql, Size::Class(class), Some(text));
        assert_eq!(said("250", None), Ok(250));
        assert_eq!(said("{DBInstanceClassMemory/12582880}", Some("db.t3.micro")), Ok(58));
        assert_eq!(said("LEAST({DBInstanceClassMemory/9531392}, 50)", Some("db.t3.micro")), Ok(50));
        for (text, class) in [
            ("GREATEST(1,2)", Some("db.t3.micro")),
            ("{DBInstanceClassMemory/0}", Some("db.t3.micro")),
            ("{DBInstanceClassMemory/9}", None),
            ("LEAST(1)", None),
        ] {
            assert!(said(text, class).is_err(), "{text}");
        }
        for class in
            ["db.t1.micro", "db.m1.small", "db.r5", "r5.large", "db.q9.large", "db.r5.huge", "db.r5.tiny"]
        {
            assert!(most(&mysql, Size::Class(Some(class)), None).is_err(), "{class}");
        }
        assert!(most(&mysql, Size::Class(None), None).is_err());
    }
}
