//! Types of instances; routes, zones and rules in one word.

use formwork_core::{Id, IntoInput, Output, Set, functions, pseudo};

use crate::{
    ec2::{self, route, security_group, subnet, subnet_route_table_association, vpc_gateway_attachment},
    types::PortRange,
};

pub use crate::types::InstanceType;

impl ec2::VpcGatewayAttachment {
    /// Joins an internet gateway to a VPC.
    ///
    /// ```
    /// use formwork_aws::{ec2, types::cidr};
    /// # let app = formwork_core::App::for_tests();
    /// # let stack = app.stack("network");
    /// let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block(cidr!("10.0.0.0/16")));
    /// let gateway = stack.add("Gateway", ec2::InternetGateway::builder());
    /// stack.add("Attached", ec2::VpcGatewayAttachment::internet(vpc, gateway));
    /// ```
    #[track_caller]
    pub fn internet(
        vpc: impl IntoInput<Id<ec2::Vpc>>,
        gateway: impl IntoInput<Id<ec2::InternetGateway>>,
    ) -> vpc_gateway_attachment::Complete {
        Self::builder().vpc_id(vpc).internet_gateway_id(gateway)
    }
}

impl ec2::Route {
    /// A route of everything that no other route of the table takes, to an internet gateway. CloudFormation has to
    /// make it after the gateway was joined to the VPC: add `.depends_on(attachment)`.
    ///
    /// ```
    /// use formwork_aws::{ec2, types::cidr};
    /// use formwork_core::Builder;
    /// # let app = formwork_core::App::for_tests();
    /// # let stack = app.stack("network");
    /// # let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block(cidr!("10.0.0.0/16")));
    /// # let gateway = stack.add("Gateway", ec2::InternetGateway::builder());
    /// # let attached = stack.add("Attached", ec2::VpcGatewayAttachment::internet(vpc, gateway));
    /// let routes = stack.add("Routes", ec2::RouteTable::builder().vpc_id(vpc));
    /// stack.add("Out", ec2::Route::to_internet(routes, gateway).depends_on(attached));
    /// ```
    #[track_caller]
    pub fn to_internet(
        routes: impl IntoInput<Id<ec2::RouteTable>>,
        gateway: impl IntoInput<Id<ec2::InternetGateway>>,
    ) -> route::Complete {
        let gateway: Output<Id<ec2::InternetGateway>> = Output::new(gateway.into_input().into_expr());
        Self::builder().route_table_id(routes).destination_cidr_block("0.0.0.0/0").gateway_id(gateway)
    }
}

impl ec2::SubnetRouteTableAssociation {
    /// Lets a subnet use the routes of a table.
    #[track_caller]
    pub fn of(
        subnet: impl IntoInput<Id<ec2::Subnet>>,
        routes: impl IntoInput<Id<ec2::RouteTable>>,
    ) -> subnet_route_table_association::Complete {
        Self::builder().subnet_id(subnet).route_table_id(routes)
    }
}

impl<V> subnet::Builder<V> {
    /// Sets `AvailabilityZone` to one of the Region's zones, counted from 0, whichever that is in the account.
    ///
    /// ```
    /// use formwork_aws::{ec2, types::cidr};
    /// # let app = formwork_core::App::for_tests();
    /// # let stack = app.stack("network");
    /// # let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block(cidr!("10.0.0.0/16")));
    /// let subnets: Vec<ec2::Subnet> = (0..2)
    ///     .zip(cidr!("10.0.0.0/16").subnets(24))
    ///     .map(|(zone, range)| {
    ///         let subnet = ec2::Subnet::builder().vpc_id(vpc).cidr_block(range).zone_number(zone);
    ///         stack.add(format!("Subnet{zone}"), subnet)
    ///     })
    ///     .collect();
    /// ```
    #[track_caller]
    pub fn zone_number(self, number: usize) -> Self {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.availability_zone(functions::availability_zones(pseudo::region()).select(number))
    }
}

impl ec2::SecurityGroup {
    /// A group in a VPC that lets this in, and everything out. `GroupDescription` is read by people.
    ///
    /// ```
    /// use formwork_aws::{ec2, ec2::security_group::Ingress, types::cidr};
    /// # let app = formwork_core::App::for_tests();
    /// # let stack = app.stack("network");
    /// # let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block(cidr!("10.0.0.0/16")));
    /// let office = Ingress::tcp(443).cidr_ip(cidr!("203.0.113.0/24"));
    /// let web = stack.add("Web", ec2::SecurityGroup::with_ingress(vpc, "what the office uses", [office]));
    /// let api = Ingress::tcp(8000..=8010).from_group(web);
    /// stack.add("Api", ec2::SecurityGroup::with_ingress(vpc, "what the web servers ask", [api]));
    /// ```
    #[track_caller]
    pub fn with_ingress(
        vpc: impl IntoInput<Id<ec2::Vpc>>,
        description: impl IntoInput<String>,
        ingress: impl IntoInput<Vec<security_group::Ingress>>,
    ) -> security_group::Complete {
        Self::builder().group_description(description).vpc_id(vpc).security_group_ingress(ingress)
    }
}

/// What rules of both directions have: the protocol with its ports.
macro_rules! rules {
    ($($rule:ident $builder:ident $whence:literal;)*) => {$(
        impl security_group::$rule {
            #[doc = concat!("A rule for ports of TCP, a number or a range; ", $whence)]
            #[track_caller]
            pub fn tcp(ports: impl Into<PortRange>) -> security_group::$builder<Set> {
                Self::of("tcp", ports.into())
            }

            #[doc = concat!("A rule for ports of UDP, a number or a range; ", $whence)]
            #[track_caller]
            pub fn udp(ports: impl Into<PortRange>) -> security_group::$builder<Set> {
                Self::of("udp", ports.into())
            }

            #[track_caller]
            fn of(protocol: &'static str, ports: PortRange) -> security_group::$builder<Set> {
                let (first, last) = (i64::from(ports.first().get()), i64::from(ports.last().get()));
                Self::builder().ip_protocol(protocol).from_port(first).to_port(last)
            }
        }
    )*};
}

rules! {
    Ingress IngressBuilder "say from where: `.from_group(web)`, `.cidr_ip(\"10.0.0.0/8\")`, ...";
    Egress EgressBuilder "say to where: `.to_group(data)`, `.cidr_ip(\"10.0.0.0/8\")`, ...";
}

impl<P> security_group::IngressBuilder<P> {
    /// Lets in what has another group: sets `SourceSecurityGroupId`.
    #[track_caller]
    pub fn from_group(self, group: impl IntoInput<Id<ec2::SecurityGroup>>) -> Self {
        self.source_security_group_id(group)
    }
}

impl<P> security_group::EgressBuilder<P> {
    /// Lets out what goes to another group: sets `DestinationSecurityGroupId`.
    #[track_caller]
    pub fn to_group(self, group: impl IntoInput<Id<ec2::SecurityGroup>>) -> Self {
        self.destination_security_group_id(group)
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{App, Builder, Options};

    use crate::{ec2, ec2::security_group::Egress, ec2::security_group::Ingress, types::cidr};

    #[test]
    fn methods_set_several_properties() {
        let app = App::for_tests();
        let stack = app.stack("s");
        let vpc = stack.add("Vpc", ec2::Vpc::builder().cidr_block(cidr!("10.0.0.0/16")));
        let gateway = stack.add("Gateway", ec2::InternetGateway::builder());
        let attached = stack.add("Attached", ec2::VpcGatewayAttachment::internet(vpc, gateway));
        let routes = stack.add("Routes", ec2::RouteTable::builder().vpc_id(vpc));
        stack.add("Out", ec2::Route::to_internet(routes, gateway).depends_on(attached));
        let subnet = ec2::Subnet::builder().vpc_id(vpc).cidr_block(cidr!("10.0.0.0/24")).zone_number(1);
        let subnet = stack.add("Subnet", subnet);
        stack.add("Uses", ec2::SubnetRouteTableAssociation::of(subnet, routes));
        let web = ec2::SecurityGroup::with_ingress(vpc, "web", [Ingress::tcp(80).cidr_ip("0.0.0.0/0")]);
        let web = stack.add("Web", web.security_group_egress([Egress::udp(53).cidr_ip("10.0.0.2/32")]));
        let api = [Ingress::udp(8000..=8010).from_group(web)];
        let api = ec2::SecurityGroup::with_ingress(vpc, "api", api);
        stack.add("Api", api.security_group_egress([Egress::tcp(5432).to_group(web)]));
        let template = app.synth(&Options::default()).unwrap().stacks()[0].template().value();
        let properties = |id: &str| template["Resources"][id]["Properties"].to_string();
        assert_eq!(
            properties("Out"),
            r#"{"DestinationCidrBlock":"0.0.0.0/0","GatewayId":{"Ref":"Gateway"},"RouteTableId":{"Ref":"Routes"}}"#
        );
        assert_eq!(template["Resources"]["Out"]["DependsOn"].to_string(), r#""Attached""#);
        assert!(
            properties("Subnet").contains(r#"{"Fn::Select":[1,{"Fn::GetAZs":"#),
            "{}",
            properties("Subnet")
        );
        assert_eq!(properties("Uses"), r#"{"RouteTableId":{"Ref":"Routes"},"SubnetId":{"Ref":"Subnet"}}"#);
        assert_eq!(
            properties("Web"),
            r#"{"GroupDescription":"web","SecurityGroupEgress":[{"CidrIp":"10.0.0.2/32","FromPort":53,"IpProtocol":"udp","ToPort":53}],"SecurityGroupIngress":[{"CidrIp":"0.0.0.0/0","FromPort":80,"IpProtocol":"tcp","ToPort":80}],"VpcId":{"Ref":"Vpc"}}"#
        );
        assert!(properties("Api").contains(
            r#"[{"FromPort":8000,"IpProtocol":"udp","SourceSecurityGroupId":{"Ref":"Web"},"ToPort":8010}]"#
        ));
    }
}
