//! A typed builder without its required property, as generated code words it.

use std::marker::PhantomData;

use formwork::{
    core::{Body, Provided, Set, Unset},
    prelude::*,
};

struct Subnet;
#[allow(non_camel_case_types)]
struct vpc_id;

struct SubnetBuilder<VpcId = Unset>(Body, PhantomData<VpcId>);

impl SubnetBuilder {
    fn new() -> Self {
        Self(Body::new(), PhantomData)
    }
}

impl<VpcId> SubnetBuilder<VpcId> {
    fn vpc_id(mut self, value: impl IntoInput<Id<Subnet>>) -> SubnetBuilder<Set> {
        self.0.set("VpcId", value);
        SubnetBuilder(self.0, PhantomData)
    }
}

impl<VpcId: Provided<Subnet, vpc_id>> IntoResource for SubnetBuilder<VpcId> {
    type Handle = Handle;

    fn into_resource(self) -> Resource {
        Resource::new("AWS::EC2::Subnet", self.0)
    }

    fn handle(handle: Handle) -> Handle {
        handle
    }
}

fn main() {
    let app = App::for_tests();
    let stack = app.stack("s");
    stack.add("Fine", SubnetBuilder::new().vpc_id(Id::existing("vpc-0a1b2c3d")));
    stack.add("Subnet", SubnetBuilder::new());
}
