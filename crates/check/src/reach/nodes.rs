//! From templates to networks: what has network interfaces, and what passes on what it receives.

use std::collections::{HashMap, HashSet};

use super::{
    network::{Forward, Holds, Node, Public},
    ports::Ports,
    read::{Reader, What, address, holds, stack_of},
    services::{BEYOND, SERVICES, Service},
};
use crate::context::{Piece, Resolved, Resource, Value};

/// Where a type says where it is: its subnets or its subnet group, its security groups, and what it listens on: a
/// property, or else these ports. A type without ports is one that nobody connects to.
struct Shape(&'static str, &'static str, &'static str, &'static str, &'static [u16]);

const SHAPES: &[Shape] = &[
    Shape(
        "AWS::ECS::Service",
        "NetworkConfiguration.AwsvpcConfiguration.Subnets",
        "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups",
        "",
        &[0],
    ),
    Shape("AWS::ElasticLoadBalancingV2::LoadBalancer", "Subnets", "SecurityGroups", "", &[0]),
    Shape("AWS::ElasticLoadBalancing::LoadBalancer", "Subnets", "SecurityGroups", "", &[0]),
    Shape("AWS::EC2::Instance", "SubnetId", "SecurityGroupIds", "", &[0]),
    Shape("AWS::EC2::NetworkInterface", "SubnetId", "GroupSet", "", &[0]),
    Shape("AWS::AutoScaling::AutoScalingGroup", "VPCZoneIdentifier", "", "", &[0]),
    Shape("AWS::RDS::DBInstance", "DBSubnetGroupName", "VPCSecurityGroups", "Port", &[0]),
    Shape("AWS::RDS::DBCluster", "DBSubnetGroupName", "VpcSecurityGroupIds", "Port", &[0]),
    Shape("AWS::RDS::DBProxy", "VpcSubnetIds", "VpcSecurityGroupIds", "", &[3306, 5432, 1433]),
    Shape("AWS::RDS::DBProxyEndpoint", "VpcSubnetIds", "VpcSecurityGroupIds", "", &[3306, 5432, 1433]),
    Shape("AWS::ElastiCache::ReplicationGroup", "CacheSubnetGroupName", "SecurityGroupIds", "Port", &[6379]),
    Shape(
        "AWS::ElastiCache::CacheCluster",
        "CacheSubnetGroupName",
        "VpcSecurityGroupIds",
        "Port",
        &[6379, 11211],
    ),
    Shape("AWS::ElastiCache::ServerlessCache", "SubnetIds", "SecurityGroupIds", "", &[6379, 6380]),
    Shape("AWS::MemoryDB::Cluster", "SubnetGroupName", "SecurityGroupIds", "Port", &[6379]),
    Shape("AWS::DAX::Cluster", "SubnetGroupName", "SecurityGroupIds", "", &[8111, 9111]),
    Shape(
        "AWS::OpenSearchService::Domain",
        "VPCOptions.SubnetIds",
        "VPCOptions.SecurityGroupIds",
        "",
        &[443],
    ),
    Shape("AWS::Elasticsearch::Domain", "VPCOptions.SubnetIds", "VPCOptions.SecurityGroupIds", "", &[443]),
    Shape(
        "AWS::MSK::Cluster",
        "BrokerNodeGroupInfo.ClientSubnets",
        "BrokerNodeGroupInfo.SecurityGroups",
        "",
        &[9092, 9094, 9096, 9098, 2181],
    ),
    Shape("AWS::AmazonMQ::Broker", "SubnetIds", "SecurityGroups", "", &[5671, 61617, 8162, 443]),
    Shape("AWS::EFS::MountTarget", "SubnetId", "SecurityGroups", "", &[2049]),
    Shape("AWS::Redshift::Cluster", "ClusterSubnetGroupName", "VpcSecurityGroupIds", "Port", &[5439]),
    Shape("AWS::RedshiftServerless::Workgroup", "SubnetIds", "SecurityGroupIds", "Port", &[5439]),
    Shape("AWS::DocDB::DBCluster", "DBSubnetGroupName", "VpcSecurityGroupIds", "Port", &[27017]),
    Shape("AWS::Neptune::DBCluster", "DBSubnetGroupName", "VpcSecurityGroupIds", "DBPort", &[8182]),
    Shape(
        "AWS::DMS::ReplicationInstance",
        "ReplicationSubnetGroupIdentifier",
        "VpcSecurityGroupIds",
        "",
        &[0],
    ),
    Shape("AWS::Timestream::InfluxDBInstance", "VpcSubnetIds", "VpcSecurityGroupIds", "Port", &[8086]),
    Shape("AWS::EC2::VPCEndpoint", "SubnetIds", "SecurityGroupIds", "", &[443]),
    Shape(
        "AWS::EKS::Cluster",
        "ResourcesVpcConfig.SubnetIds",
        "ResourcesVpcConfig.SecurityGroupIds",
        "",
        &[443],
    ),
    Shape(
        "AWS::Batch::ComputeEnvironment",
        "ComputeResources.Subnets",
        "ComputeResources.SecurityGroupIds",
        "",
        &[0],
    ),
    Shape(
        "AWS::Scheduler::Schedule",
        "Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.Subnets",
        "Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups",
        "",
        &[0],
    ),
    Shape("AWS::Lambda::Function", "VpcConfig.SubnetIds", "VpcConfig.SecurityGroupIds", "", &[]),
    Shape("AWS::CodeBuild::Project", "VpcConfig.Subnets", "VpcConfig.SecurityGroupIds", "", &[]),
    Shape("AWS::AppRunner::VpcConnector", "Subnets", "SecurityGroups", "", &[]),
    Shape("AWS::ApiGatewayV2::VpcLink", "SubnetIds", "SecurityGroupIds", "", &[]),
];

/// What refers to subnets or groups and is no node of its own.
const PARTS: &[&str] =
    &["AWS::RDS::DBInstance", "AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource"];

/// So many targets of balancers are followed.
const FORWARDS: usize = 200_000;

const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";

/// A property at the end of a path such as `VpcConfig.SubnetIds`.
pub(super) fn at<'a>(resource: Resource<'a>, path: &'static str) -> Value<'a> {
    path.split('.').filter(|key| !key.is_empty()).fold(resource.value().get("Properties"), Value::get)
}

fn node(resource: Resource<'_>) -> Node {
    Node {
        stack: stack_of(resource),
        id: resource.id().to_owned(),
        kind: resource.kind().to_owned(),
        subnets: Vec::new(),
        groups: Vec::new(),
        unguarded: false,
        public: Public::No,
        six: Public::No,
        ports: None,
        only_ports: false,
        listens: true,
        service: None,
        opaque: None,
    }
}

pub(super) fn set_of(ports: &[u16]) -> Ports {
    Ports::of(ports.iter().map(|port| Ports::tcp(*port)))
}

impl<'a> Reader<'a> {
    pub(super) fn read_nodes(&mut self) {
        for shape in SHAPES {
            for resource in self.context.of_type(shape.0) {
                if let Some(node) = self.shaped(shape, resource) {
                    self.add(resource, node);
                }
            }
        }
        self.attachments();
        self.elastic_addresses();
        self.accelerators();
        self.services();
        self.aliases();
        self.listeners();
        self.origins();
        self.strangers();
    }

    fn add(&mut self, resource: Resource<'a>, node: Node) -> usize {
        let number = self.network.nodes.len();
        self.network.by_address.entry(address(resource)).or_default().push(number);
        self.network.nodes.push(node);
        self.nodes.insert(resource, number);
        number
    }

    fn node_mut(&mut self, resource: Resource<'a>) -> Option<&mut Node> {
        let number = self.nodes.get(&resource)?;
        self.network.nodes.get_mut(*number)
    }

    /// What several values name: items of lists, or single ones; something unknown for what is not known.
    fn entries(&mut self, what: What, values: &[Value<'a>], found: &mut Vec<usize>) {
        let mut seen = HashSet::new();
        for value in values {
            let items = match value.resolve() {
                Resolved::Absent | Resolved::Null => continue,
                Resolved::List(_) | Resolved::Texts(_) => value.items(),
                _ => vec![*value],
            };
            for item in items {
                let number = self.entry(what, item);
                if seen.insert(number) {
                    found.push(number);
                }
            }
        }
    }

    fn shaped(&mut self, shape: &Shape, resource: Resource<'a>) -> Option<Node> {
        let kind = shape.0;
        let mut node = node(resource);
        let mut holder = resource;
        if kind == "AWS::RDS::DBInstance" {
            let cluster = resource.get("DBClusterIdentifier");
            if let Some(cluster) = cluster.resource().filter(|it| it.kind().ends_with("::DBCluster")) {
                holder = cluster;
            } else if cluster.is_set() {
                node.opaque = Some(format!("the cluster of `{}` is not known", address(resource)));
            }
        }
        let (subnets, groups) = match holder == resource {
            true => (at(holder, shape.1), at(holder, shape.2)),
            false => (holder.get("DBSubnetGroupName"), holder.get("VpcSecurityGroupIds")),
        };
        // Where nothing is said of a VPC, some of these are in none.
        let outside = subnets.is_absent()
            && matches!(
                kind,
                "AWS::Lambda::Function"
                    | "AWS::CodeBuild::Project"
                    | "AWS::OpenSearchService::Domain"
                    | "AWS::Elasticsearch::Domain"
            );
        if kind == "AWS::EC2::VPCEndpoint" {
            let endpoint = resource.get("VpcEndpointType");
            if endpoint.is_absent() || endpoint.is("Gateway") {
                node.opaque = Some(format!("`{}` is reached by routes", address(resource)));
                // It has no address that anybody could connect to.
                node.listens = false;
                return Some(node);
            }
        }
        if kind.ends_with("::Domain") && resource.get("VPCOptions").is_unknown() {
            node.opaque = Some(format!("whether `{}` is in a VPC is not known", address(resource)));
        }
        node.listens = !shape.4.is_empty();
        node.ports = self.ports(shape, holder);
        if outside {
            if node.listens {
                node.service = Some((Holds::Yes, "has an endpoint of its own".to_owned()));
                node.only_ports = true;
            }
            return Some(node);
        }
        let group = subnets.resource().filter(|group| group.kind().ends_with("SubnetGroup"));
        let subnets = group.map_or(subnets, |group| group.get("SubnetIds"));
        let mut all_subnets = vec![subnets];
        let mut all_groups = Vec::new();
        if !shape.2.is_empty() {
            all_groups.push(groups);
        }
        if kind == BALANCER {
            all_subnets.extend(resource.get("SubnetMappings").items().iter().map(|it| it.get("SubnetId")));
            let mappings = resource.get("SubnetMappings");
            if mappings.is_unknown() {
                all_subnets.push(mappings);
            }
        }
        self.addresses(resource, &mut node, &mut all_subnets, &mut all_groups);
        self.entries(What::Subnet, &all_subnets, &mut node.subnets);
        self.entries(What::Group, &all_groups, &mut node.groups);
        if node.subnets.is_empty() {
            let unknown = self.entry(What::Subnet, subnets);
            node.subnets.push(unknown);
        }
        let network_balancer =
            kind == BALANCER && !resource.get("Type").is_absent() && !resource.get("Type").is("application");
        if node.groups.is_empty() && network_balancer {
            match resource.get("Type").text() {
                Some(_) => node.unguarded = true,
                None => node.groups.push(self.entry(What::Group, groups)),
            }
        }
        if node.groups.is_empty() && !node.unguarded {
            let mut seen = HashSet::new();
            for subnet in node.subnets.clone() {
                let group = self.default_group(subnet);
                if seen.insert(group) {
                    node.groups.push(group);
                }
            }
        }
        Some(node)
    }

    /// Public addresses, and the interfaces of instances.
    fn addresses(
        &mut self,
        resource: Resource<'a>,
        node: &mut Node,
        subnets: &mut Vec<Value<'a>>,
        groups: &mut Vec<Value<'a>>,
    ) {
        let name = address(resource);
        let of = |holds: Holds, why: &str| match holds {
            Holds::Yes => Public::Yes(format!("`{name}` {why}")),
            Holds::No => Public::No,
            Holds::Unknown(reason) => Public::Unknown(reason),
        };
        match resource.kind() {
            "AWS::ECS::Service" | "AWS::Scheduler::Schedule" => {
                let path = match resource.kind() {
                    "AWS::ECS::Service" => "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
                    _ => "Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
                };
                let assign = at(resource, path);
                node.public = match assign.text() {
                    _ if assign.is_absent() => Public::No,
                    Some(text) if text == "ENABLED" => {
                        Public::Yes(format!("`{name}` assigns public addresses (AssignPublicIp)"))
                    }
                    Some(_) => Public::No,
                    None => Public::Unknown(format!("`AssignPublicIp` of `{name}` is not known")),
                };
                node.six = Public::Unknown(format!(
                    "whether tasks of `{name}` get IPv6 addresses is a setting of the account"
                ));
                if subnets.iter().all(|subnets| subnets.is_absent()) {
                    node.opaque = Some(format!("`{name}` has the network of its container instances"));
                }
            }
            "AWS::ElasticLoadBalancingV2::LoadBalancer" | "AWS::ElasticLoadBalancing::LoadBalancer" => {
                let scheme = resource.get("Scheme");
                node.public = match scheme.text() {
                    _ if scheme.is_absent() => {
                        Public::Yes(format!("`{name}` faces the internet, as `Scheme` is absent"))
                    }
                    Some(text) if text == "internet-facing" => {
                        Public::Yes(format!("`{name}` is internet-facing"))
                    }
                    Some(text) if text == "internal" => Public::No,
                    _ => Public::Unknown(format!("`Scheme` of `{name}` is not known")),
                };
                let family = resource.get("IpAddressType");
                node.six = match family.text() {
                    _ if family.is_absent() => Public::No,
                    Some(text) if text == "ipv4" => Public::No,
                    _ => node.public.clone(),
                };
            }
            "AWS::EC2::Instance" | "AWS::AutoScaling::AutoScalingGroup" | "AWS::EC2::NetworkInterface" => {
                node.public = Public::BySubnet;
                node.six = Public::BySubnet;
                self.launched(resource, node, subnets, groups);
            }
            "AWS::RDS::DBCluster" => {
                node.public =
                    of(holds(resource.get("PubliclyAccessible"), false, resource), "is publicly accessible");
                for reference in resource.referrers() {
                    let instance = reference.from;
                    let accessible = instance.get("PubliclyAccessible");
                    if instance.kind() != "AWS::RDS::DBInstance" || accessible.boolean() == Some(false) {
                        continue;
                    }
                    let name = address(instance);
                    node.public = match (accessible.boolean(), &node.public) {
                        (Some(true), _) => Public::Yes(format!("`{name}` is publicly accessible")),
                        (_, Public::Yes(why)) => Public::Yes(why.clone()),
                        _ => Public::Unknown(unsaid(&name)),
                    };
                }
                node.six = node.public.clone();
            }
            "AWS::RDS::DBInstance"
            | "AWS::Redshift::Cluster"
            | "AWS::RedshiftServerless::Workgroup"
            | "AWS::DMS::ReplicationInstance"
            | "AWS::AmazonMQ::Broker"
            | "AWS::Neptune::DBCluster"
            | "AWS::Timestream::InfluxDBInstance"
            | "AWS::DocDB::DBCluster" => {
                let accessible = resource.get("PubliclyAccessible");
                let depends = !matches!(
                    resource.kind(),
                    "AWS::Neptune::DBCluster" | "AWS::DocDB::DBCluster" | "AWS::Timestream::InfluxDBInstance"
                );
                node.public = match accessible.is_absent() && depends {
                    true => Public::Unknown(unsaid(&name)),
                    false => of(holds(accessible, false, resource), "is publicly accessible"),
                };
                // A cluster of Neptune is as public as its instances.
                for instance in resource.referrers().into_iter().map(|reference| reference.from) {
                    if instance.kind() != "AWS::Neptune::DBInstance" || matches!(node.public, Public::Yes(_))
                    {
                        continue;
                    }
                    match holds(instance.get("PubliclyAccessible"), false, instance) {
                        Holds::Yes => {
                            let why = format!("`{}` is publicly accessible", address(instance));
                            node.public = Public::Yes(why);
                        }
                        Holds::Unknown(doubt) => node.public = Public::Unknown(doubt),
                        Holds::No => {}
                    }
                }
                // A public broker of RabbitMQ is in no VPC of its owner.
                let rabbit = resource.kind() == "AWS::AmazonMQ::Broker"
                    && !resource.get("EngineType").is("ACTIVEMQ")
                    && resource.get("SubnetIds").is_absent();
                if rabbit {
                    let public = holds(accessible, false, resource);
                    node.service = Some((public, "is publicly accessible".to_owned()));
                }
                node.six = node.public.clone();
            }
            "AWS::MSK::Cluster" => {
                let access = at(resource, "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type");
                node.public = match access.text() {
                    _ if access.is_absent() => Public::No,
                    Some(text) if text == "DISABLED" => Public::No,
                    Some(_) => Public::Yes(format!("`{name}` has public access")),
                    None => Public::Unknown(format!("`PublicAccess` of `{name}` is not known")),
                };
            }
            "AWS::Batch::ComputeEnvironment" => {
                node.opaque =
                    Some(format!("what runs in `{name}` says for itself whether it has public addresses"));
            }
            "AWS::EKS::Cluster" => {
                let access = at(resource, "ResourcesVpcConfig.EndpointPublicAccess");
                node.service = Some((holds(access, true, resource), "has a public endpoint".to_owned()));
            }
            _ => {
                // What has IPv6 addresses says so.
                let families = ["IpAddressType", "NetworkType", "IpDiscovery"].map(|name| resource.get(name));
                let other = families.iter().any(|family| family.is_set() && !family.is("ipv4"));
                if other {
                    node.six = Public::Unknown(format!("what addresses `{name}` has is not known"));
                }
            }
        }
    }

    /// What an instance or a group of instances says of its interfaces, itself or by its launch template.
    fn launched(
        &mut self,
        resource: Resource<'a>,
        node: &mut Node,
        subnets: &mut Vec<Value<'a>>,
        groups: &mut Vec<Value<'a>>,
    ) {
        let name = address(resource);
        let mut data = vec![resource.value().get("Properties")];
        let templates = [
            "LaunchTemplate.LaunchTemplateId",
            "LaunchTemplate.LaunchTemplateName",
            "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId",
            "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateName",
            "LaunchConfigurationName",
            "InstanceId",
        ];
        for path in templates {
            let template = at(resource, path);
            if template.is_absent() {
                continue;
            }
            match template.resource() {
                Some(template) if template.kind() == "AWS::EC2::LaunchTemplate" => {
                    data.push(template.get("LaunchTemplateData"));
                }
                Some(template) if template.kind() == "AWS::AutoScaling::LaunchConfiguration" => {
                    data.push(template.value().get("Properties"));
                }
                _ => node.opaque = Some(format!("what `{name}` launches is not known")),
            }
        }
        let says = |value: Value<'a>, node: &mut Node| {
            if value.is_set() {
                node.public = match (value.boolean(), &node.public) {
                    (Some(true), _) => Public::Yes(format!("`{name}` is given public addresses")),
                    (_, Public::Yes(why)) => Public::Yes(why.clone()),
                    (Some(false), _) => Public::No,
                    (None, _) => {
                        Public::Unknown(format!("whether `{name}` has public addresses is not known"))
                    }
                };
            }
        };
        for data in data {
            if data.is_unknown() {
                node.opaque = Some(format!("what `{name}` launches is not known"));
            }
            groups.extend(["SecurityGroupIds", "SecurityGroups"].map(|property| data.get(property)));
            says(data.get("AssociatePublicIpAddress"), node);
            let interfaces = data.get("NetworkInterfaces");
            if interfaces.is_unknown() {
                node.opaque = Some(format!("the network interfaces of `{name}` are not known"));
            }
            for interface in interfaces.items() {
                subnets.push(interface.get("SubnetId"));
                groups.extend(["Groups", "GroupSet"].map(|property| interface.get(property)));
                says(interface.get("AssociatePublicIpAddress"), node);
                if ["Ipv6AddressCount", "Ipv6Addresses"].iter().any(|six| interface.get(six).is_set()) {
                    node.six = Public::Yes(format!("`{}` has IPv6 addresses", address(resource)));
                }
                let declared = interface.get("NetworkInterfaceId");
                if declared.is_set() {
                    match declared.resource().filter(|it| it.kind() == "AWS::EC2::NetworkInterface") {
                        Some(declared) => {
                            subnets.push(declared.get("SubnetId"));
                            groups.push(declared.get("GroupSet"));
                        }
                        None => {
                            node.opaque =
                                Some(format!("a network interface of `{}` is not known", address(resource)))
                        }
                    }
                }
            }
            if ["Ipv6AddressCount", "Ipv6Addresses"].iter().any(|six| data.get(six).is_set()) {
                node.six = Public::Yes(format!("`{}` has IPv6 addresses", address(resource)));
            }
        }
    }

    fn ports(&mut self, shape: &Shape, resource: Resource<'a>) -> Option<Ports> {
        let port =
            if shape.3.is_empty() { None } else { Some(at(resource, shape.3)).filter(|it| it.is_set()) };
        if let Some(port) = port {
            return port.integer().and_then(|port| u16::try_from(port).ok()).map(Ports::tcp);
        }
        match resource.kind() {
            "AWS::RDS::DBInstance" | "AWS::RDS::DBCluster" => {
                let engine = resource.get("Engine").text()?;
                const ENGINES: &[(&str, &[u16])] = &[
                    // Which of the two it is without `Port` is not told consistently.
                    ("aurora-postgresql", &[5432, 3306]),
                    ("postgres", &[5432]),
                    ("aurora", &[3306]),
                    ("mysql", &[3306]),
                    ("mariadb", &[3306]),
                    ("oracle", &[1521]),
                    ("sqlserver", &[1433]),
                    ("custom-oracle", &[1521]),
                    ("custom-sqlserver", &[1433]),
                    ("db2", &[50000]),
                ];
                let found = ENGINES.iter().find(|(beginning, _)| engine.starts_with(beginning));
                found.map(|(_, ports)| set_of(ports))
            }
            "AWS::ECS::Service" => {
                let task = resource.get("TaskDefinition").resource()?;
                let containers = task.get("ContainerDefinitions");
                let mut ports = Vec::new();
                for mapping in
                    containers.items().iter().flat_map(|container| container.get("PortMappings").items())
                {
                    let udp = mapping.get("Protocol").is("udp");
                    let port = u16::try_from(mapping.get("ContainerPort").integer()?).ok()?;
                    ports.push(if udp { Ports::udp(port) } else { Ports::tcp(port) });
                }
                Some(Ports::of(ports)).filter(|ports| !ports.is_empty())
            }
            "AWS::ElasticLoadBalancing::LoadBalancer" => {
                let listeners = resource.get("Listeners").items();
                let port = |listener: &Value<'_>| {
                    u16::try_from(listener.get("LoadBalancerPort").integer()?).ok().map(Ports::tcp)
                };
                listeners.iter().map(port).collect::<Option<Vec<_>>>().map(Ports::of)
            }
            _ => Some(set_of(shape.4)).filter(|_| shape.4.iter().any(|port| *port > 0)),
        }
    }

    /// Further interfaces of instances.
    fn attachments(&mut self) {
        let mut loose = None;
        for resource in self.context.of_type("AWS::EC2::NetworkInterfaceAttachment") {
            let [instance, interface] =
                ["InstanceId", "NetworkInterfaceId"].map(|name| resource.get(name).resource());
            let interface = interface.and_then(|interface| self.nodes.get(&interface));
            let interface = interface.and_then(|number| self.network.nodes.get(*number)).cloned();
            match (instance, interface) {
                (Some(instance), Some(interface)) => {
                    let Some(node) = self.node_mut(instance) else { continue };
                    node.subnets.extend(interface.subnets);
                    node.groups.extend(interface.groups);
                    // Each interface has addresses for itself; one that has is enough.
                    if !matches!(node.public, Public::Yes(_)) && interface.public != Public::No {
                        node.public = interface.public;
                    }
                }
                (Some(instance), None) => {
                    let doubt = format!("a network interface of `{}` is not known", address(instance));
                    if let Some(node) = self.node_mut(instance) {
                        node.opaque = Some(doubt);
                    }
                }
                (None, _) => {
                    loose = Some(format!("what `{}` is attached to is not known", address(resource)));
                }
            }
        }
        if let Some(doubt) = loose {
            for node in self.network.nodes.iter_mut().filter(|node| node.kind == "AWS::EC2::Instance") {
                node.opaque = Some(doubt.clone());
            }
        }
    }

    /// An accelerator leads the internet to what has no public address.
    fn accelerators(&mut self) {
        for resource in self.context.of_type("AWS::GlobalAccelerator::EndpointGroup") {
            let doubt = format!("the accelerator's `{}` leads to it", address(resource));
            for endpoint in resource.get("EndpointConfigurations").items() {
                let endpoint = endpoint.get("EndpointId");
                match endpoint.resource() {
                    Some(endpoint) => {
                        if let Some(node) = self.node_mut(endpoint) {
                            node.opaque = Some(doubt.clone());
                        }
                    }
                    None if endpoint.is_unknown() => {
                        self.network
                            .doubts
                            .push(format!("what `{}` leads to is not known", address(resource)));
                    }
                    None => {}
                }
            }
        }
    }

    fn elastic_addresses(&mut self) {
        let mut loose = None;
        for resource in self.context.of_type("AWS::EC2::EIP") {
            self.elastic_address(resource, resource.get("InstanceId"), &mut loose);
        }
        for resource in self.context.of_type("AWS::EC2::EIPAssociation") {
            for property in ["InstanceId", "NetworkInterfaceId"] {
                self.elastic_address(resource, resource.get(property), &mut loose);
            }
        }
        let Some(doubt) = loose else { return };
        for node in &mut self.network.nodes {
            let may = matches!(&*node.kind, "AWS::EC2::Instance" | "AWS::EC2::NetworkInterface");
            if may && !matches!(node.public, Public::Yes(_)) {
                node.public = Public::Unknown(doubt.clone());
            }
        }
    }

    fn elastic_address(&mut self, by: Resource<'a>, holder: Value<'a>, loose: &mut Option<String>) {
        let by = address(by);
        let Some(held) = holder.resource() else {
            if holder.is_unknown() {
                *loose = Some(format!("whose address `{by}` is, is not known"));
            }
            return;
        };
        let why = Public::Yes(format!("`{}` has a public address by `{by}`", address(held)));
        match self.node_mut(held) {
            Some(node) if matches!(node.public, Public::Yes(_)) => return,
            Some(node) => node.public = why.clone(),
            None => return,
        }
        if held.kind() != "AWS::EC2::NetworkInterface" {
            return;
        }
        // The address of an interface is one of the instance that it is on.
        for reference in held.referrers() {
            let holder = match reference.from.kind() {
                "AWS::EC2::NetworkInterfaceAttachment" => reference.from.get("InstanceId").resource(),
                "AWS::EC2::Instance" => Some(reference.from),
                _ => None,
            };
            if let Some(node) = holder.and_then(|holder| self.node_mut(holder)) {
                node.public = why.clone();
            }
        }
    }

    /// What AWS serves at addresses of its own.
    fn services(&mut self) {
        let mut urls = Vec::new();
        for service in SERVICES {
            for resource in self.context.of_type(service.kind) {
                let mut node = node(resource);
                node.ports = Some(set_of(service.ports)).filter(|ports| !ports.is_empty());
                node.only_ports = true;
                let public = (service.public)(resource, &mut node);
                node.service = Some((public.clone(), service.what.to_owned()));
                let number = self.add(resource, node);
                if service.kind == "AWS::Lambda::Url" {
                    urls.push((resource, number, public, service));
                }
            }
        }
        self.urls(urls);
    }

    /// Whoever asks about a function means the address that a URL gives it as well.
    fn urls(&mut self, urls: Vec<(Resource<'a>, usize, Holds, &Service)>) {
        if urls.is_empty() {
            return;
        }
        let mut by_name: HashMap<String, usize> = HashMap::new();
        let mut functions = Vec::new();
        for function in self.context.of_type("AWS::Lambda::Function") {
            let Some(number) = self.nodes.get(&function).copied() else { continue };
            functions.push(number);
            if let Some(name) = function.get("FunctionName").text() {
                by_name.insert(name.into_owned(), number);
            }
        }
        let mut loose = None;
        for (url, number, public, service) in urls {
            let mut target = url.get("TargetFunctionArn");
            // Aliases and versions stand for their function.
            if let Some(alias) = target.resource().filter(|it| it.kind() != "AWS::Lambda::Function") {
                target = alias.get("FunctionName");
            }
            let function = match (target.resource(), target.text()) {
                (Some(function), _) => self.nodes.get(&function).copied(),
                (None, Some(text)) => {
                    let name = text.split(":function:").last().unwrap_or_default();
                    by_name.get(name.split(':').next().unwrap_or_default()).copied()
                }
                (None, None) => None,
            };
            let how = format!("answers at `{}`, {}", address(url), service.what);
            let Some(function) = function else {
                if target.text().is_none() {
                    let doubt = format!("whose address `{}` is, is not known", address(url));
                    loose = Some((Holds::Unknown(doubt), how));
                }
                continue;
            };
            self.network.forwards.push(Forward { from: number, to: function, ports: None });
            if let Some(node) = self.network.nodes.get_mut(function)
                && !matches!(&node.service, Some((Holds::Yes, _)))
            {
                node.service = Some((public, how));
                node.ports = Some(set_of(service.ports));
            }
        }
        let Some(loose) = loose else { return };
        for number in functions {
            if let Some(node) = self.network.nodes.get_mut(number)
                && node.service.is_none()
            {
                node.service = Some(loose.clone());
                node.ports = Some(Ports::tcp(443));
            }
        }
    }

    /// What stands for other nodes: a file system for its mount targets.
    fn aliases(&mut self) {
        for target in self.context.of_type("AWS::EFS::MountTarget") {
            let system = target.get("FileSystemId").resource();
            if let (Some(system), Some(number)) = (system, self.nodes.get(&target)) {
                self.network.by_address.entry(address(system)).or_default().push(*number);
            }
        }
    }

    /// Balancers, their listeners, and what those pass on to.
    fn listeners(&mut self) {
        let mut targets: HashMap<Resource<'a>, Vec<(usize, Option<Ports>)>> = HashMap::new();
        let port =
            |value: Value<'a>| value.integer().and_then(|port| u16::try_from(port).ok()).map(Ports::tcp);
        for service in self.context.of_type("AWS::ECS::Service") {
            let Some(number) = self.nodes.get(&service).copied() else { continue };
            for balancer in service.get("LoadBalancers").items() {
                let ports = port(balancer.get("ContainerPort"));
                let groups = [
                    balancer.get("TargetGroupArn"),
                    balancer.within(&["AdvancedConfiguration", "AlternateTargetGroupArn"]),
                ];
                for group in groups.iter().filter_map(|group| group.resource()) {
                    targets.entry(group).or_default().push((number, ports.clone()));
                }
            }
        }
        for scaling in self.context.of_type("AWS::AutoScaling::AutoScalingGroup") {
            let Some(number) = self.nodes.get(&scaling).copied() else { continue };
            for group in scaling.get("TargetGroupARNs").items().iter().filter_map(|group| group.resource()) {
                targets.entry(group).or_default().push((number, port(group.get("Port"))));
            }
        }
        for group in self.context.of_type("AWS::ElasticLoadBalancingV2::TargetGroup") {
            for target in group.get("Targets").items() {
                let own = target.get("Port");
                let ports = port(if own.is_set() { own } else { group.get("Port") });
                let number = target.get("Id").resource().and_then(|target| self.nodes.get(&target).copied());
                if let Some(number) = number {
                    targets.entry(group).or_default().push((number, ports));
                }
            }
        }
        let mut ports: HashMap<Resource<'a>, (Vec<Ports>, bool)> = HashMap::new();
        let mut loose = false;
        let mut seen = HashSet::new();
        let mut listeners: HashMap<Resource<'a>, Resource<'a>> = HashMap::new();
        for listener in self.context.of_type("AWS::ElasticLoadBalancingV2::Listener") {
            let arn = listener.get("LoadBalancerArn");
            let Some(balancer) = arn.resource().filter(|balancer| balancer.kind() == BALANCER) else {
                loose |= arn.text().is_none();
                continue;
            };
            listeners.insert(listener, balancer);
            let (known, complete) = ports.entry(balancer).or_insert_with(|| (Vec::new(), true));
            let number = listener.get("Port").integer().and_then(|port| u16::try_from(port).ok());
            let protocol = listener.get("Protocol");
            match (number, protocol.text().as_deref()) {
                (Some(port), Some("UDP" | "QUIC")) => known.push(Ports::udp(port)),
                (Some(port), Some("HTTP" | "HTTPS" | "TCP" | "TLS")) => known.push(Ports::tcp(port)),
                (Some(port), _) => known.extend([Ports::tcp(port), Ports::udp(port)]),
                (None, _) => *complete = false,
            }
            self.forward(balancer, listener.get("DefaultActions"), &mut seen, &targets);
        }
        for rule in self.context.of_type("AWS::ElasticLoadBalancingV2::ListenerRule") {
            let balancer = rule.get("ListenerArn").resource().and_then(|listener| listeners.get(&listener));
            if let Some(balancer) = balancer {
                self.forward(*balancer, rule.get("Actions"), &mut seen, &targets);
            }
        }
        for balancer in self.context.of_type(BALANCER) {
            let (known, complete) = ports.remove(&balancer).unwrap_or((Vec::new(), true));
            if let Some(node) = self.node_mut(balancer) {
                node.only_ports = complete && !loose;
                node.ports = complete.then(|| Ports::of(known));
            }
        }
        for balancer in self.context.of_type("AWS::ElasticLoadBalancing::LoadBalancer") {
            let Some(from) = self.nodes.get(&balancer).copied() else { continue };
            if let Some(node) = self.network.nodes.get_mut(from) {
                node.only_ports = node.ports.is_some();
            }
            let instances = balancer.get("Instances").items();
            let back: Vec<Option<Ports>> =
                balancer.get("Listeners").items().iter().map(|it| port(it.get("InstancePort"))).collect();
            let back: Option<Ports> = back.into_iter().collect::<Option<Vec<_>>>().map(Ports::of);
            for instance in instances.iter().filter_map(|instance| instance.resource()) {
                if let Some(to) = self.nodes.get(&instance) {
                    self.network.forwards.push(Forward { from, to: *to, ports: back.clone() });
                }
            }
        }
    }

    fn forward(
        &mut self,
        balancer: Resource<'a>,
        actions: Value<'a>,
        seen: &mut HashSet<(usize, Resource<'a>)>,
        targets: &HashMap<Resource<'a>, Vec<(usize, Option<Ports>)>>,
    ) {
        let Some(from) = self.nodes.get(&balancer).copied() else { return };
        for action in actions.items() {
            let mut groups = vec![action.get("TargetGroupArn")];
            let more = action.within(&["ForwardConfig", "TargetGroups"]).items();
            groups.extend(more.iter().map(|group| group.get("TargetGroupArn")));
            for group in groups.iter().filter_map(|group| group.resource()) {
                if !seen.insert((from, group)) {
                    continue;
                }
                for (to, ports) in targets.get(&group).into_iter().flatten() {
                    self.network.forwards.push(Forward { from, to: *to, ports: ports.clone() });
                    if self.network.forwards.len() > FORWARDS {
                        return self
                            .network
                            .doubts
                            .push("there are too many targets to be followed".to_owned());
                    }
                }
            }
        }
    }

    /// What distributions and APIs pass on to.
    fn origins(&mut self) {
        let mut found: Vec<(Resource<'a>, Resource<'a>)> = Vec::new();
        const NAMED: &[(&str, &[&str])] = &[
            ("AWS::CloudFront::Distribution", &["Origins"]),
            ("AWS::ApiGateway::RestApi", &["Body"]),
            ("AWS::ApiGatewayV2::Api", &["Body", "Target"]),
        ];
        for (kind, places) in NAMED {
            for resource in self.context.of_type(kind) {
                for reference in resource.references() {
                    let document = self.context.document(reference.at.template);
                    let path = document.map(|document| document.path(reference.at.node)).unwrap_or_default();
                    if path.iter().any(|step| places.contains(&&**step)) {
                        found.push((resource, reference.to));
                    }
                }
            }
        }
        for origin in self.context.of_type("AWS::CloudFront::VpcOrigin") {
            if let Some(balancer) = at(origin, "VpcOriginEndpointConfig.Arn").resource() {
                found.push((origin, balancer));
                // CloudFront puts its interfaces where the balancer is, with a group that it makes.
                let subnets = self.node_mut(balancer).map(|node| node.subnets.clone()).unwrap_or_default();
                let group = self.entry(What::Group, origin.attribute("CloudFrontGroup"));
                if let Some(node) = self.node_mut(origin) {
                    (node.subnets, node.groups) = (subnets, vec![group]);
                }
            }
        }
        let integrations = [
            ("AWS::ApiGateway::Method", "RestApiId", "Integration.Uri", "Integration.ConnectionId"),
            ("AWS::ApiGatewayV2::Integration", "ApiId", "IntegrationUri", "ConnectionId"),
            ("AWS::AppSync::DataSource", "ApiId", "LambdaConfig.LambdaFunctionArn", ""),
        ];
        for (kind, api, uri, connection) in integrations {
            for integration in self.context.of_type(kind) {
                let Some(api) = integration.get(api).resource() else { continue };
                let link = at(integration, connection).resource();
                let mut from = api;
                if let Some(link) = link {
                    found.push((api, link));
                    if self.nodes.contains_key(&link) {
                        from = link;
                    }
                    let balancers = link.get("TargetArns").items();
                    found.extend(
                        balancers.iter().filter_map(|it| it.resource()).map(|balancer| (api, balancer)),
                    );
                }
                for piece in at(integration, uri).pieces() {
                    let Piece::Yields(to, _) = piece else { continue };
                    let listener = to.kind() == "AWS::ElasticLoadBalancingV2::Listener";
                    let to = if listener { to.get("LoadBalancerArn").resource() } else { Some(to) };
                    found.extend(to.map(|to| (from, to)));
                }
            }
        }
        for (from, to) in found {
            let (Some(from), Some(to)) = (self.nodes.get(&from), self.nodes.get(&to)) else { continue };
            let (from, to) = (*from, *to);
            if from != to {
                self.network.forwards.push(Forward { from, to, ports: None });
            }
        }
    }

    /// What stands in subnets or carries groups, and is nothing that is known here.
    fn strangers(&mut self) {
        for resource in self.context.resources() {
            let kind = resource.kind();
            if BEYOND.contains(&kind) && !self.nodes.contains_key(&resource) {
                let entry = (stack_of(resource), resource.id().to_owned(), kind.to_owned());
                self.network.strangers.insert(address(resource), entry);
                continue;
            }
            if kind.starts_with("AWS::EC2::")
                || kind.ends_with("SubnetGroup")
                || PARTS.contains(&kind)
                || self.nodes.contains_key(&resource)
                || matches!(
                    kind,
                    "AWS::AutoScaling::LaunchConfiguration" | "AWS::SSM::Parameter" | "AWS::Events::EventBus"
                )
            {
                continue;
            }
            let named = |property: &str| {
                let plain = property.trim_end_matches("Ids").trim_end_matches('s').trim_end_matches("Id");
                plain.ends_with("SecurityGroup") || plain.ends_with("Subnet")
            };
            let says = resource.value().get("Properties").entries().iter().any(|(name, _)| named(name));
            let refers = || {
                resource.references().iter().any(|reference| {
                    matches!(reference.to.kind(), "AWS::EC2::SecurityGroup" | "AWS::EC2::Subnet")
                        && reference.attribute != Some("CidrBlock")
                })
            };
            if says || refers() {
                let entry = (stack_of(resource), resource.id().to_owned(), kind.to_owned());
                self.network.strangers.insert(address(resource), entry);
            }
        }
    }

    fn default_group(&mut self, subnet: usize) -> usize {
        let vpc = self.network.subnets.get(subnet).map_or(usize::MAX, |subnet| subnet.vpc);
        self.default_group_of(vpc)
    }
}

fn unsaid(name: &str) -> String {
    format!("`{name}` does not say whether it is publicly accessible, and what then holds depends on the VPC")
}

/// All types that stand in networks.
#[cfg(test)]
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|shape| shape.0)
}
