//! Networks, services, databases and caches together, in each combination of their kinds.

use formwork::{
    aws::types::{cidr, minutes},
    check::{Exposure, Party, Ports, Reachability},
    core::{App, Arn, Id},
    patterns::{
        Cache, Connect, Database, FargateService, LoadBalancer, Nat, ThreeTierVpc, Tier,
        fargate::{Deployment, Shift},
    },
};
use proptest::prelude::*;

use super::{holds, party, ports_between};

const CERTIFICATE: &str =
    "arn:aws:acm:eu-central-1:111122223333:certificate/0f9d2a44-6b5e-4c58-9f6a-1f2a3b4c5d6e";

/// One of each, of some kind.
#[derive(Clone, Debug)]
struct Program {
    net: u8,
    acls: bool,
    dual: bool,
    single: bool,
    front: u8,
    aurora: bool,
    proxy: bool,
    cache_iam: bool,
    port: Option<u16>,
    deploy: u8,
    zones: u8,
}

/// A service with a database and a cache, and another one that may go out to where it likes.
fn together(app: &App, it: &Program) {
    let network = if it.net == 6 {
        ThreeTierVpc::existing(Id::existing("vpc-0a1b2c3d4e5f60718"), cidr!("10.20.0.0/16"))
            .subnets(Tier::Public, ["subnet-0aa1b2c3d4e5f6071", "subnet-0bb1b2c3d4e5f6071"].map(Id::existing))
            .subnets(
                Tier::Application,
                ["subnet-0cc1b2c3d4e5f6071", "subnet-0dd1b2c3d4e5f6071"].map(Id::existing),
            )
            .subnets(Tier::Data, ["subnet-0ee1b2c3d4e5f6071", "subnet-0ff1b2c3d4e5f6071"].map(Id::existing))
            .build(app.stack("service"))
    } else {
        let mut n = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(it.zones);
        n = match it.net {
            0 => n,
            1 => n.nat(Nat::One),
            2 => n.only_public(),
            3 => n.isolated(),
            4 => n.without(Tier::Data),
            _ => n.without(Tier::Application),
        };
        if it.acls {
            n = n.network_acls();
        }
        if it.dual {
            n = n.dual_stack();
        }
        if it.single {
            n = n.single_zone();
        }
        n.build(app.stack("network"))
    };
    let data = app.stack("data");
    let stack = app.stack("service");
    let mut api =
        FargateService::new("111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/api:7f3a").port(8000);
    api = match it.front {
        0 => api.behind(LoadBalancer::public().https(Arn::existing(CERTIFICATE))),
        1 => api.behind(LoadBalancer::internal().plain_http().only_from(cidr!("10.0.0.0/16"))),
        _ => api,
    };
    api = match (it.deploy, it.front) {
        (1, 0 | 1) => api.deployment(Deployment::blue_green()),
        (2, 0 | 1) => api.deployment(Deployment::code_deploy(Shift::AllAtOnce)),
        (3, 0 | 1) => api.deployment(Deployment::canary(10, minutes(5))),
        _ => api,
    };
    let api = api.build(stack.scope("Api"), &network);
    let other = FargateService::new("111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/o:7f3a")
        .build(stack.scope("Other"), &network);
    other.allow_to_internet(1..=65535);
    macro_rules! db {
        ($it:expr) => {{
            let mut b = $it;
            if it.proxy {
                b = b.proxy();
            }
            if let Some(p) = it.port {
                b = b.port(p);
            }
            let db = b.build(data.scope("Db"), &network);
            db.allow_from(&api).env("DATABASE");
        }};
    }
    if it.aurora {
        db!(Database::aurora_postgres("17"))
    } else {
        db!(Database::postgres("17", "db.t4g.medium"))
    }
    let cache = Cache::valkey("8.2", "cache.t4g.small");
    let cache =
        if it.cache_iam { cache.iam_authentication() } else { cache }.build(data.scope("Cache"), &network);
    cache.allow_from(&api).env("CACHE");
}

#[test]
fn whatever_is_put_together_is_sound() {
    let options = (
        (0u8..7, any::<bool>(), any::<bool>(), any::<bool>(), 0u8..3, any::<bool>()),
        (any::<bool>(), any::<bool>(), proptest::option::of(5433u16..9000), 0u8..4, 2u8..4),
    );
    let options = options.prop_map(
        |((net, acls, dual, single, front, aurora), (proxy, cache_iam, port, deploy, zones))| Program {
            net,
            acls,
            dual,
            single,
            front,
            aurora,
            proxy,
            cache_iam,
            port,
            deploy,
            zones,
        },
    );
    let exposed = |it: &Exposure| match it.kind.as_str() {
        // Of a network that exists it is not known what leads to it.
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            Ports::tcp(443).union(&Ports::tcp(80)).contains(&it.ports) || !it.unknown.is_empty()
        }
        "AWS::ECS::Service" => {
            it.through.iter().any(|by| by.ends_with("LoadBalancer")) && it.ports == Ports::tcp(8000)
        }
        kind => kind == "AWS::EC2::VPCEndpoint" && !it.unknown.is_empty(),
    };
    holds("together", 40, (any::<bool>(), options), together, exposed, |assembly, said| {
        // Of a network that exists nothing is known.
        if said.net == 6 {
            return;
        }
        let reach = Reachability::of(assembly);
        let between = |from: &Party, to: &Party| ports_between(&reach, from, to);
        let database = party("data", if said.aurora { "DbWriter" } else { "DbInstance" });
        let (api, other) = (party("service", "ApiService"), party("service", "OtherService"));
        let own = Ports::tcp(said.port.unwrap_or(5432));
        if said.proxy {
            let proxy = party("data", "DbProxy");
            assert_eq!(between(&api, &proxy), Ports::tcp(5432), "{said:?}");
            assert_eq!(between(&proxy, &database), own, "{said:?}");
            assert_eq!(between(&api, &database), Ports::none(), "{said:?}");
        } else {
            assert_eq!(between(&api, &database), own, "{said:?}");
        }
        let cache = party("data", "CacheNodes");
        assert_eq!(between(&api, &cache), Ports::tcp(6379), "{said:?}");
        for closed in [&database, &cache] {
            assert_eq!(between(&other, closed), Ports::none(), "{said:?}");
            assert_eq!(between(&Party::Internet, closed), Ports::none(), "{said:?}");
        }
        if said.front < 2 {
            let balancer = party("service", "ApiBalancerLoadBalancer");
            assert_eq!(between(&balancer, &api), Ports::tcp(8000), "{said:?}");
        }
    });
}
