//! Who may do what: roles, users and the certificate.

use formwork::{
    aws::iam::ManagedPolicy,
    patterns::{
        Certificate, HostedZone, MetricNamespace, PasswordPolicy, Role, StoredSecret, UserPool,
        UserPoolClient,
        user_pool::{Flow, Mfa},
    },
    prelude::*,
};

use crate::config::Config;

pub struct Security<'a> {
    /// What starts the tasks.
    pub execution: Role<'a>,
    /// What the program may do.
    pub task: Role<'a>,
    pub certificate: Certificate<'a>,
    pub zone: Option<HostedZone<'a>>,
    /// The id of the user pool, which the program reads as a secret.
    pub users: StoredSecret<'a>,
}

impl<'a> Security<'a> {
    pub fn new(stack: Stack<'a>, config: &Config) -> Self {
        let execution = Role::of_tasks(stack.scope("Execution"), "starts the tasks")
            .named(config.named("ecs-execution-role"))
            .managed(ManagedPolicy::aws("service-role/AmazonECSTaskExecutionRolePolicy"));
        let task = Role::of_tasks(stack.scope("Task"), "what the program may do")
            .named(config.named("ecs-task-role"));
        MetricNamespace::new("AWSomeShop").grant_publish(&task);

        let certificate = Certificate::new(config.domain.clone()).also(format!("*.{}", config.domain));
        let zone = config.zone.as_ref().map(|zone| HostedZone::existing(&zone.id, zone.name.clone()));
        let certificate = match &zone {
            Some(zone) => certificate.validated_in(zone),
            None => certificate.validated_by_hand(),
        };

        let users = UserPool::new()
            .name(config.named("users"))
            .sign_in_with_email()
            .password(PasswordPolicy::at_least(8).without_symbols())
            .mfa(Mfa::Optional)
            .recovery_by_email()
            .build(stack.scope("Users"));
        let web = UserPoolClient::new()
            .name(config.named("web-client"))
            .with_secret()
            .flows([Flow::UserPassword, Flow::RefreshToken])
            .access_token(hours(1))
            .id_token(hours(1))
            .refresh_token(days(30));
        stack.output("WebClientId", users.client(stack.scope("Web"), web).id());
        users.grant_manage(&task);

        Self {
            certificate: certificate.build(stack.scope("Certificate")),
            users: StoredSecret::holding(users.id())
                .name(format!("{}/cognito", config.name))
                .build(stack.scope("Cognito")),
            execution,
            task,
            zone,
        }
    }
}
