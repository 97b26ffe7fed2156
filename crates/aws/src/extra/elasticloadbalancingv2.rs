//! Actions, protocols and certificates in one word.

use formwork_core::{Arn, IntoInput, Output, Set};

use crate::{
    certificatemanager,
    elasticloadbalancingv2::{self as elb, listener, listener_rule, target_group},
    types::Port,
};

pub use listener::Action;

// The policy with TLS 1.3 and 1.2 that AWS recommends:
// docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
const TLS: &str = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";

impl<A, L> listener::Builder<A, L> {
    /// Listens to HTTP: sets `Protocol` and `Port`.
    #[track_caller]
    pub fn http(self, port: impl IntoInput<Port>) -> Self {
        self.protocol(listener::Protocol::Http).port(port)
    }

    /// Listens to HTTPS with a certificate: sets `Protocol`, `Port` and `Certificates`, and `SslPolicy` to one with
    /// TLS 1.3 and 1.2.
    ///
    /// ```
    /// use formwork_aws::elasticloadbalancingv2::{Action, Listener};
    /// use formwork_core::Arn;
    ///
    /// let certificate = Arn::existing("arn:aws:acm:eu-central-1:111122223333:certificate/0a1b");
    /// let balancer = Arn::existing("arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/0a1b");
    /// let closed = Listener::builder()
    ///     .load_balancer_arn(balancer)
    ///     .https(443, certificate)
    ///     .default_actions([Action::answer(404)]);
    /// ```
    #[track_caller]
    pub fn https(
        self,
        port: impl IntoInput<Port>,
        certificate: impl IntoInput<Arn<certificatemanager::Certificate>>,
    ) -> Self {
        let certificate: Output<Arn<certificatemanager::Certificate>> =
            Output::new(certificate.into_input().into_expr());
        self.protocol(listener::Protocol::Https)
            .port(port)
            .certificates([listener::Certificate::builder().certificate_arn(certificate)])
            .ssl_policy(TLS)
    }
}

impl target_group::Builder {
    /// Sends HTTP to a port: sets `Protocol` and `Port`.
    ///
    /// ```
    /// use formwork_aws::elasticloadbalancingv2::{TargetGroup, target_group::TargetType};
    ///
    /// let targets = TargetGroup::builder().http(8000).target_type(TargetType::Ip).health_check_path("/health");
    /// ```
    #[track_caller]
    pub fn http(self, port: impl IntoInput<Port>) -> Self {
        self.protocol(target_group::Protocol::Http).port(port)
    }
}

/// What the actions of listeners and of their rules have alike.
macro_rules! actions {
    ($($module:ident $kind:ident)*) => {$(
        impl $module::Action {
            /// Sends requests to the targets of a group.
            #[track_caller]
            pub fn forward(targets: impl IntoInput<Arn<elb::TargetGroup>>) -> $module::ActionBuilder<Set> {
                Self::builder().type_($module::$kind::Forward).target_group_arn(targets)
            }

            /// Answers that the same is to be asked with HTTPS, for good.
            #[track_caller]
            pub fn redirect_to_https() -> $module::ActionBuilder<Set> {
                let https = $module::RedirectConfig::builder().protocol("HTTPS").port("443");
                Self::builder()
                    .type_($module::$kind::Redirect)
                    .redirect_config(https.status_code($module::StatusCode::Http301))
            }

            /// Answers with a status and without content.
            #[track_caller]
            pub fn answer(status: u16) -> $module::ActionBuilder<Set> {
                let answer = $module::FixedResponseConfig::builder().status_code(status.to_string());
                Self::builder().type_($module::$kind::FixedResponse).fixed_response_config(answer)
            }
        }
    )*};
}

actions! {
    listener Type
    listener_rule ActionType
}

#[cfg(test)]
mod tests {
    use formwork_core::{App, Arn, Options};

    use super::*;

    #[test]
    fn methods_set_several_properties() {
        let app = App::for_tests();
        let stack = app.stack("s");
        let targets = stack.add("Targets", elb::TargetGroup::builder().http(8000));
        let balancer = stack.add("Balancer", elb::LoadBalancer::builder());
        let open = elb::Listener::builder().load_balancer_arn(balancer).http(80);
        stack.add("Open", open.default_actions([listener::Action::redirect_to_https()]));
        let certificate = Arn::existing("arn:aws:acm:eu-central-1:111122223333:certificate/0a1b");
        let tls = elb::Listener::builder().load_balancer_arn(balancer).https(443, certificate);
        let tls = stack.add("Tls", tls.default_actions([listener::Action::forward(targets)]));
        let gone = elb::ListenerRule::builder()
            .listener_arn(tls)
            .priority(1)
            .conditions([listener_rule::RuleCondition::builder().field("path-pattern").values(["/old/*"])]);
        stack.add("Gone", gone.actions([listener_rule::Action::answer(410)]));
        let template = app.synth(&Options::default()).unwrap().stacks()[0].template().value();
        let properties = |id: &str| template["Resources"][id]["Properties"].to_string();
        assert_eq!(properties("Targets"), r#"{"Port":8000,"Protocol":"HTTP"}"#);
        assert_eq!(
            properties("Open"),
            r#"{"DefaultActions":[{"RedirectConfig":{"Port":"443","Protocol":"HTTPS","StatusCode":"HTTP_301"},"Type":"redirect"}],"LoadBalancerArn":{"Ref":"Balancer"},"Port":80,"Protocol":"HTTP"}"#
        );
        assert_eq!(
            properties("Tls"),
            r#"{"Certificates":[{"CertificateArn":"arn:aws:acm:eu-central-1:111122223333:certificate/0a1b"}],"DefaultActions":[{"TargetGroupArn":{"Ref":"Targets"},"Type":"forward"}],"LoadBalancerArn":{"Ref":"Balancer"},"Port":443,"Protocol":"HTTPS","SslPolicy":"ELBSecurityPolicy-TLS13-1-2-Res-2021-06"}"#
        );
        assert!(
            properties("Gone")
                .contains(r#"[{"FixedResponseConfig":{"StatusCode":"410"},"Type":"fixed-response"}]"#)
        );
    }
}
