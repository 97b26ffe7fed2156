//! Every legal combination of what can be said of a database.

use formwork::{
    aws::types::{cidr, days, gib, minutes},
    check::{Party, Ports, Reachability},
    core::{App, Assembly},
    patterns::{
        Connect, Database, SecurityGroup, ThreeTierVpc, Weekday, Window,
        database::{self, Builder, Every},
    },
};
use proptest::prelude::*;

use super::{
    super::{holds, party, ports_between},
    Client, key, network, said_of,
};

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
    logs: u8,
    as_user: bool,
    secret: bool,
    pub(in crate::patterns) proxy: u8,
    pub(in crate::patterns) allowed: u8,
}

pub(in crate::patterns) fn common() -> impl Strategy<Value = Common> {
    let first =
        (any::<bool>(), proptest::option::of(5433u16..9000), any::<bool>(), any::<bool>(), any::<bool>());
    let times = (proptest::option::of(1u32..=35), proptest::option::of((0u8..=23, 0u8..=59)), 0u8..4);
    let watch = (0u8..3, 0u8..3, 0u8..4, 0u8..3, 0u8..3, (0u8..3, any::<bool>(), any::<bool>()));
    (first, times, watch).prop_map(
        |(
            (named, port, key, tokens, plain),
            (backups, windows, removal),
            (monitoring, insights, password, proxy, allowed, (logs, as_user, secret)),
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
                logs,
                // Another user comes with a token alone.
                as_user: as_user && tokens && proxy == 0,
                secret,
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

    /// One log of the engine alone.
    pub(in crate::patterns) fn log<'a, K: database::Kind>(
        &self,
        it: Builder<'a, K>,
        log: &str,
    ) -> Builder<'a, K> {
        if self.logs == 2 { it.logs([log]) } else { it }
    }

    /// What is said, in some order.
    pub(in crate::patterns) fn said<'a, K: database::Kind>(&self, mut it: Builder<'a, K>) -> Builder<'a, K> {
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
            1 => it.keep_nothing().extended_support(),
            2 => it.deletable().snapshot_on_removal(),
            _ => it.deletion_protection().without_minor_upgrades().without_extended_support(),
        };
        it = match self.monitoring {
            0 => it,
            1 => it.without_enhanced_monitoring(),
            _ => it.enhanced_monitoring(Every::Seconds15),
        };
        it = match self.insights {
            0 => it,
            1 => it.without_performance_insights(),
            _ => it.database_insights(),
        };
        it = match self.password {
            0 => it,
            1 => it.rotate_every(days(14)),
            2 => it.own_secret(),
            _ => it.own_secret().rotated_by("arn:aws:lambda:eu-central-1:111122223333:function:rotate"),
        };
        if self.logs == 1 {
            it = it.logs(Vec::<String>::new());
        }
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
        if self.secret {
            database.grant_secret(&bystander);
        }
        match self.allowed {
            0 => {}
            1 if self.as_user => database.allow_from_as(&api, "reports").env("DATABASE"),
            _ if self.as_user => database.reader().allow_from_as(&api, "reports").env("DATABASE"),
            1 => database.allow_from(&api).env("DATABASE"),
            _ => database.reader().allow_from(&api).env("DATABASE"),
        }
    }

    /// Whether exactly those reach the database who were let in, directly or through its proxy.
    pub(in crate::patterns) fn judge(&self, assembly: &Assembly, database: &str, usual: u16) {
        let idle = said_of(assembly).into_iter().find(|finding| finding.code == "FW1903");
        assert_eq!(idle.map(|it| it.message), None, "what is accepted is there: {self:?}");
        let reach = Reachability::of(assembly);
        let between = |from: &Party, to: &Party| ports_between(&reach, from, to);
        let machine = |name: &str| party("machines", name);
        let database = party("data", database);
        // These ports and no others.
        let open = |allowed: bool| if allowed { Ports::tcp(self.port(usual)) } else { Ports::none() };
        let (allowed, behind) = (self.allowed > 0, self.proxy > 0);
        assert_eq!(between(&machine("ApiMachine"), &database), open(allowed && !behind), "{self:?}");
        assert_eq!(between(&machine("BystanderMachine"), &database), Ports::none(), "{self:?}");
        assert_eq!(between(&Party::Internet, &database), Ports::none(), "{self:?}");
        if behind {
            let proxy = party("data", "DbProxy");
            assert_eq!(between(&machine("ApiMachine"), &proxy), open(allowed), "{self:?}");
            assert_eq!(between(&machine("BystanderMachine"), &proxy), Ports::none(), "{self:?}");
            assert_eq!(between(&proxy, &database), Ports::tcp(self.port.unwrap_or(usual)), "{self:?}");
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
    replica: u8,
    upgrade: bool,
    outside: Outside,
}

/// What it takes from outside.
#[derive(Clone, Copy, Debug)]
pub(in crate::patterns) struct Outside {
    group: bool,
    proxy_group: bool,
    names: bool,
    /// The groups of RDS.
    default: bool,
}

pub(in crate::patterns) fn outside() -> impl Strategy<Value = Outside> {
    (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>())
        .prop_map(|(group, proxy_group, names, default)| Outside { group, proxy_group, names, default })
}

impl Common {
    /// The same with what it takes from outside, as far as that goes with the rest.
    pub(in crate::patterns) fn with_outside<'a, K: database::Kind>(
        &self,
        outside: Outside,
        app: &'a App,
        network: &ThreeTierVpc<'a>,
        mut it: Builder<'a, K>,
    ) -> Builder<'a, K> {
        let stack = app.stack("network");
        if outside.group {
            it = it.security_group(&SecurityGroup::new(stack.scope("Databases"), network, "databases"));
        }
        if outside.proxy_group && self.proxy > 0 {
            it = it.proxy_security_group(&SecurityGroup::new(stack.scope("Proxies"), network, "proxies"));
        }
        if outside.names {
            it = it.identifier("shop-orders").subnet_group_name("shop-subnets");
        }
        if outside.names && self.has_own_secret() {
            it = it.secret_name("shop/orders");
        }
        // There is none where a parameter was said.
        if outside.default && !self.named && !self.plain { it.default_parameters() } else { it }
    }
}

fn program(app: &App, options: &Wanted) {
    let network = network(app);
    let class = ["db.t4g.medium", "db.t4g.small", "db.m8g.large"][usize::from(options.class)];
    let it = match options.engine {
        0 => Database::postgres("17", class),
        1 => Database::mysql("8.4", class),
        _ => Database::mariadb("11.8", class),
    };
    let it = options.common.said(it);
    let it = options.common.with_outside(options.outside, app, &network, it);
    let mut it = options.common.log(it, if options.engine == 0 { "upgrade" } else { "error" });
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
        5 => it.gp2(),
        _ => it.storage(gib(200)).io2(5000),
    };
    if options.outside.default {
        it = it.default_options();
    }
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
    if options.snapshot {
        it = it.from_snapshot("arn:aws:rds:eu-central-1:111122223333:snapshot:orders");
    }
    let elsewhere = options.replica == 3 && own;
    if elsewhere {
        it = it.replicas_in(["eu-west-1"]);
    }
    let data = app.stack("data");
    let database = it.build(data.scope("Db"), &network);
    options.common.let_in(app, &network, &database);
    match options.replica {
        1 if own => {
            let mut copy = database.replica(class).single_zone();
            if options.upgrade {
                let version = ["17", "8.4", "11.8"][usize::from(options.engine)];
                copy = copy.version(version).allow_major_upgrade();
            }
            copy.build(data.scope("Copy"), &network);
        }
        2 if own => {
            let copy = database.replica("db.m8g.large").parameter("max_connections", "100");
            let copy = copy
                .multi_az()
                .without_enhanced_monitoring()
                .without_performance_insights()
                .without_minor_upgrades();
            copy.deletion_protection().build(data.scope("Copy"), &network);
        }
        3 if own => {
            let far = ThreeTierVpc::new(cidr!("10.1.0.0/16")).zones(2);
            let far = far.build(app.stack("far-network").region("eu-west-1"));
            let place = app.stack("far-data").region("eu-west-1").scope("Copy");
            let copy = database.replica_in_another_region("db.m8g.large").enhanced_monitoring(Every::Minute);
            copy.deletable().keep_nothing().build(place, &far);
        }
        _ => {}
    }
}

#[test]
fn every_database_is_sound() {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let own = (0u8..3, 0u8..3, 0u8..3, 0u8..6, flags, (0u8..4, outside()));
    let options = (common(), own).prop_map(|(common, own)| {
        let (engine, class, standby, storage, flags, (replica, outside)) = own;
        let (public, unencrypted, snapshot, upgrade) = flags;
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
            outside,
        }
    });
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
