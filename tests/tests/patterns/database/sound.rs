//! Every legal combination of what can be said of a database.

use formwork::{
    aws::types::{days, gib, minutes},
    check::{Answer, Party, Ports, Reachability},
    core::{App, Assembly},
    patterns::{
        Connect, Database, ThreeTierVpc, Weekday, Window,
        database::{self, Builder, Every},
    },
};
use proptest::prelude::*;

use super::{super::holds, Client, key, network, said_of};

/// What may be said of any database.
#[derive(Clone, Debug)]
pub(in crate::patterns) struct Common {
    named: bool,
    port: Option<u16>,
    key: bool,
    tokens: bool,
    plain: bool,
    backups: Option<u32>,
    windows: Option<(u8, u8)>,
    removal: u8,
    monitoring: u8,
    insights: u8,
    password: u8,
    pub(in crate::patterns) proxy: u8,
    pub(in crate::patterns) allowed: u8,
}

pub(in crate::patterns) fn common() -> impl Strategy<Value = Common> {
    let first =
        (any::<bool>(), proptest::option::of(5433u16..9000), any::<bool>(), any::<bool>(), any::<bool>());
    let times = (proptest::option::of(1u32..=35), proptest::option::of((0u8..=23, 0u8..=59)), 0u8..4);
    let watch = (0u8..3, 0u8..3, 0u8..4, 0u8..3, 0u8..3);
    (first, times, watch).prop_map(
        |(
            (named, port, key, tokens, plain),
            (backups, windows, removal),
            (monitoring, insights, password, proxy, allowed),
        )| {
            let windows = windows.filter(|(hour, _)| *hour < 22);
            Common {
                named,
                port,
                key,
                tokens,
                plain,
                backups,
                windows,
                removal,
                monitoring,
                insights,
                password,
                proxy,
                allowed,
            }
        },
    )
}

impl Common {
    /// Whether the password is in a secret of the program's.
    pub(in crate::patterns) fn has_own_secret(&self) -> bool {
        self.password > 1
    }

    /// Whether the password is to change by itself, as only RDS does it.
    pub(in crate::patterns) fn rotates_alone(&self) -> bool {
        self.password == 1
    }

    /// The port that clients connect to.
    pub(in crate::patterns) fn port(&self, usual: u16) -> u16 {
        if self.proxy > 0 { usual } else { self.port.unwrap_or(usual) }
    }

    /// What is said, in some order.
    pub(in crate::patterns) fn said<K: database::Kind>(&self, mut it: Builder<K>) -> Builder<K> {
        if self.named {
            it = it.name("orders").username("orders_owner").parameter("max_connections", "200");
        }
        if let Some(port) = self.port {
            it = it.port(port);
        }
        if self.key {
            it = it.encrypted_with(key());
        }
        if !self.tokens {
            it = it.passwords_only();
        }
        if self.plain {
            it = it.allow_unencrypted_connections();
        }
        if let Some(kept) = self.backups {
            it = it.backups(days(kept));
        }
        if let Some((hour, minute)) = self.windows {
            // An hour later, so that they do not meet.
            it = it.backup_window(Window::at(hour, minute));
            it = it.maintenance_window(Weekday::Wednesday, Window::at(hour + 1, minute).lasting(minutes(60)));
        }
        it = match self.removal {
            0 => it,
            1 => it.keep_nothing(),
            2 => it.deletable().snapshot_on_removal(),
            _ => it.deletion_protection().no_minor_upgrades(),
        };
        it = match self.monitoring {
            0 => it,
            1 => it.no_enhanced_monitoring(),
            _ => it.enhanced_monitoring(Every::Seconds15),
        };
        it = match self.insights {
            0 => it,
            1 => it.no_performance_insights(),
            _ => it.database_insights(),
        };
        it = match self.password {
            0 => it,
            1 => it.rotate_every(days(14)),
            2 => it.own_secret(),
            _ => it.own_secret().rotated_by("arn:aws:lambda:eu-central-1:111122223333:function:rotate"),
        };
        match self.proxy {
            0 => it,
            1 => it.proxy(),
            _ => it.proxy_for_tokens(),
        }
    }

    /// Lets one of two machines in, or none.
    pub(in crate::patterns) fn let_in<'a, K: database::Kind>(
        &self,
        app: &'a App,
        network: &ThreeTierVpc<'a>,
        database: &Database<'a, K>,
    ) {
        let stack = app.stack("machines");
        let api = Client::new(stack.scope("Api"), network);
        let bystander = Client::new(stack.scope("Bystander"), network);
        // It may go out to where it likes, and still gets in nowhere.
        bystander.allow_to_internet(1..=65_535);
        match self.allowed {
            0 => {}
            1 => database.allow_from(&api).env("DATABASE"),
            _ => database.reader().allow_from(&api).env("DATABASE"),
        }
    }

    /// Whether exactly those reach the database who were let in, directly or through its proxy.
    pub(in crate::patterns) fn judge(&self, assembly: &Assembly, database: &str, usual: u16) {
        let idle = said_of(assembly).into_iter().find(|finding| finding.code == "FW1903");
        assert_eq!(idle.map(|it| it.message), None, "what is accepted is there: {self:?}");
        let reach = Reachability::of(assembly);
        let party = |stack: &str, id: &str| Party::Resource { stack: stack.to_owned(), id: id.to_owned() };
        let reaches = |from: Party, to: Party, ports: &Ports| match reach.answer(&from, &to, ports) {
            Answer::Yes(_) => true,
            Answer::No => false,
            Answer::Unknown(why) => panic!("{from} to {to}: {why:?}"),
        };
        let machine = |name: &str| party("machines", name);
        let database = party("data", database);
        let open = Ports::tcp(self.port(usual));
        let direct = self.allowed > 0 && self.proxy == 0;
        assert_eq!(reaches(machine("ApiMachine"), database.clone(), &open), direct, "{self:?}");
        assert!(!reaches(machine("BystanderMachine"), database.clone(), &Ports::all()), "{self:?}");
        assert!(!reaches(Party::Internet, database.clone(), &Ports::all()), "{self:?}");
        if self.proxy > 0 {
            let proxy = party("data", "DbProxy");
            assert_eq!(reaches(machine("ApiMachine"), proxy.clone(), &open), self.allowed > 0, "{self:?}");
            assert!(!reaches(machine("BystanderMachine"), proxy.clone(), &Ports::all()), "{self:?}");
            let behind = Ports::tcp(self.port.unwrap_or(usual));
            assert!(reaches(proxy, database, &behind), "{self:?}");
        }
    }
}

#[derive(Clone, Debug)]
struct Wanted {
    common: Common,
    engine: u8,
    class: u8,
    standby: u8,
    storage: u8,
    public: bool,
    unencrypted: bool,
    snapshot: bool,
    replica: bool,
    upgrade: bool,
}

fn program(app: &App, options: &Wanted) {
    let network = network(app);
    let class = ["db.t4g.medium", "db.t4g.small", "db.m8g.large"][usize::from(options.class)];
    let it = match options.engine {
        0 => Database::postgres("17", class),
        1 => Database::mysql("8.4", class),
        _ => Database::mariadb("11.8", class),
    };
    let mut it = options.common.said(it);
    it = match options.standby {
        0 => it,
        1 => it.multi_az(),
        _ => it.single_zone(),
    };
    it = match options.storage {
        0 => it,
        1 => it.storage(gib(50)).grow_to(gib(500)),
        2 => it.storage(gib(400)).iops(14_000).throughput(600).fixed_storage(),
        3 => it.io2(5000),
        _ => it.storage(gib(200)).io2(5000),
    };
    if options.upgrade {
        it = it.allow_major_upgrade();
    }
    if options.public {
        it = it.publicly_accessible();
    }
    if options.unencrypted && !options.common.key {
        it = it.unencrypted();
    }
    let own = options.common.has_own_secret();
    if options.snapshot && !own {
        it = it.from_snapshot("arn:aws:rds:eu-central-1:111122223333:snapshot:orders");
    }
    let data = app.stack("data");
    let database = it.build(data.scope("Db"), &network);
    options.common.let_in(app, &network, &database);
    if options.replica && own {
        let mut copy = database.replica(class).single_zone();
        if options.upgrade {
            let version = ["17", "8.4", "11.8"][usize::from(options.engine)];
            copy = copy.version(version).allow_major_upgrade();
        }
        copy.build(data.scope("Copy"), &network);
    }
}

#[test]
fn every_database_is_sound() {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let own = (0u8..3, 0u8..3, 0u8..3, 0u8..5, flags);
    let options = (common(), own).prop_map(
        |(common, (engine, class, standby, storage, (public, unencrypted, snapshot, replica, upgrade)))| {
            // Advanced insights need a class that has any.
            let class = if common.insights == 2 && class == 1 { 0 } else { class };
            Wanted {
                common,
                engine,
                class,
                standby,
                storage,
                public,
                unencrypted,
                snapshot,
                replica,
                upgrade,
            }
        },
    );
    holds(
        "database",
        100,
        (any::<bool>(), options),
        program,
        |_| false,
        |assembly, options| {
            let usual = if options.engine == 0 { 5432 } else { 3306 };
            options.common.judge(assembly, "DbInstance", usual);
        },
    );
}
