//! Somebody who is let in and given rights: a group, a role, and settings that are seen in the template.

use formwork::{
    aws::{ec2, iam},
    core::{Output, Scope},
    patterns::{Configure, Connect, Grantee, Role, SecretValue, SecurityGroup, ThreeTierVpc, Tier},
};

/// A program on a network interface of its own.
pub(crate) struct Client<'a> {
    scope: Scope<'a>,
    group: SecurityGroup<'a>,
    role: Role<'a>,
}

impl<'a> Client<'a> {
    pub(crate) fn new(scope: Scope<'a>, network: &ThreeTierVpc<'a>) -> Self {
        let group = SecurityGroup::new(scope, network, "client");
        let role = Role::of(scope, scope.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
        let subnet = network.subnets(Tier::Application).first().cloned();
        let interface = match subnet {
            Some(subnet) => ec2::NetworkInterface::builder().subnet_id(subnet),
            None => ec2::NetworkInterface::builder().subnet_id(formwork::core::Id::existing("subnet-1")),
        };
        scope.add("Interface", interface.group_set([group.id()]));
        Self { scope, group, role }
    }
}

impl<'a> Connect<'a> for Client<'a> {
    fn security_group(&self) -> &SecurityGroup<'a> {
        &self.group
    }
}

impl<'a> Grantee<'a> for Client<'a> {
    fn role(&self) -> Role<'a> {
        self.role
    }
}

impl Configure for Client<'_> {
    fn set_variable(&self, name: &str, value: Output<String>) {
        self.scope.output(name.replace('_', "x"), value);
    }

    fn set_secret(&self, name: &str, value: SecretValue) {
        self.scope.output(format!("{}xSecret", name.replace('_', "x")), value.value_from());
    }
}
