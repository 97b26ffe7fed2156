//! Service Connect: how services find each other by name.

use formwork_aws::{
    ecs::service::{
        LogConfiguration, ServiceConnectClientAlias, ServiceConnectConfiguration, ServiceConnectService,
    },
    logs, servicediscovery,
    types::Port,
};
use formwork_core::{Arn, Input, IntoInput, Output, map, pseudo};

use crate::value::output;

/// The part of a service in a namespace of Service Connect, where services reach each other by short names and ECS
/// balances, retries and counts their requests.
///
/// ```
/// use formwork_aws::servicediscovery::HttpNamespace;
/// use formwork_core::App;
/// use formwork_patterns::fargate::ServiceConnect;
///
/// let app = App::for_tests();
/// let stack = app.stack("services");
/// let namespace = stack.add("Names", HttpNamespace::builder().name("shop"));
/// let asks = ServiceConnect::client(namespace);
/// let answers = ServiceConnect::server(namespace, "prices"); // at http://prices:8000
/// ```
///
/// What asks has to be let in as well: `orders.allow_to(&prices, 8000)`.
#[derive(Clone)]
pub struct ServiceConnect {
    namespace: Output<Arn<servicediscovery::HttpNamespace>>,
    name: Option<String>,
    port: Option<Port>,
}

impl ServiceConnect {
    /// A service that asks others.
    pub fn client(namespace: impl IntoInput<Arn<servicediscovery::HttpNamespace>>) -> Self {
        Self { namespace: output(namespace), name: None, port: None }
    }

    /// A service that others find by this name, and that asks others; it has to have a port.
    ///
    /// One service of a namespace has a name. So a service that CloudFormation replaces, as it does when it is given another
    /// cluster, cannot be made again under the name while the old one is there: such a deployment fails.
    pub fn server(
        namespace: impl IntoInput<Arn<servicediscovery::HttpNamespace>>,
        name: impl Into<String>,
    ) -> Self {
        Self { name: Some(name.into()), ..Self::client(namespace) }
    }

    /// Sets the port at which others find it: that of the service unless said.
    #[must_use]
    pub fn at(self, port: impl Into<Port>) -> Self {
        Self { port: Some(port.into()), ..self }
    }

    /// The name by which others find it.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The name and the port by which others find it.
    pub(super) fn address(&self, own: Option<Port>) -> Option<(String, Port)> {
        self.name.clone().zip(self.port.or(own))
    }

    pub(super) fn configuration(
        &self,
        own: Option<Port>,
        log: logs::LogGroup,
    ) -> Input<ServiceConnectConfiguration> {
        let services = self.address(own).map(|(name, port)| {
            let alias = ServiceConnectClientAlias::builder().dns_name(name.clone()).port(port);
            let service = ServiceConnectService::builder()
                .port_name(PORT_NAME)
                .discovery_name(name.clone())
                .client_aliases([alias]);
            vec![service.into_input()]
        });
        // The proxy that ECS puts beside the containers writes to the log of the task as well.
        let log = LogConfiguration::builder().log_driver("awslogs").options(map! {
            "awslogs-group": log.log_group_name(),
            "awslogs-region": pseudo::region(),
            "awslogs-stream-prefix": "service-connect",
        });
        ServiceConnectConfiguration::builder()
            .enabled(true)
            .namespace(self.namespace.clone())
            .services(services)
            .log_configuration(log)
            .into_input()
    }
}

/// What the port of the main container is called.
pub(super) const PORT_NAME: &str = "web";
