//! The listeners of a load balancer.

use formwork_aws::{
    certificatemanager,
    elasticloadbalancingv2::{
        self as elb,
        listener::{Action, Certificate, FixedResponseConfig, Protocol, RedirectConfig, StatusCode, Type},
        listener_certificate,
    },
    types::Port,
};
use formwork_core::{Arn, Builder as _, Input, IntoInput, Output, Scope};

use super::TlsPolicy;

pub(super) type Certificates = [Output<Arn<certificatemanager::Certificate>>];

/// A port on which a load balancer answers.
#[derive(Clone, Copy)]
pub(super) struct Listening {
    pub(super) port: Port,
    pub(super) tls: bool,
    pub(super) listener: elb::Listener,
    /// What a client can ask for by name, besides the first one.
    pub(super) certificates: Option<elb::ListenerCertificate>,
}

/// Nothing was found: what a listener answers to requests that no rule takes.
pub(super) fn not_found() -> Input<Action> {
    let answer = FixedResponseConfig::builder().status_code("404").content_type("text/plain");
    Action::builder().type_(Type::FixedResponse).fixed_response_config(answer).into_input()
}

/// A listener that speaks HTTPS.
#[track_caller]
pub(super) fn https(
    scope: Scope<'_>,
    id: &str,
    balancer: elb::LoadBalancer,
    port: Port,
    certificates: &Certificates,
    tls: &TlsPolicy,
    answer: Input<Action>,
) -> Listening {
    // A listener has one certificate; the others, between which it chooses by name, are a resource of their own.
    let first = certificates.first().map(|first| Certificate::builder().certificate_arn(first));
    let listener = elb::Listener::builder()
        .load_balancer_arn(balancer)
        .port(port)
        .protocol(Protocol::Https)
        .ssl_policy(tls.name())
        .certificates(first.into_iter().collect::<Vec<_>>())
        .default_actions(Input::list([answer]));
    let listener = match tls.is_named_weak() {
        true => listener.accept("FW2036", "the weaker policy was chosen by its name"),
        false => listener,
    };
    let listener = scope.add(id.to_owned(), listener);
    let more: Vec<_> = certificates
        .iter()
        .skip(1)
        .map(|more| listener_certificate::Certificate::builder().certificate_arn(more))
        .collect();
    let certificates = (!more.is_empty()).then(|| {
        let more =
            elb::ListenerCertificate::builder().listener_arn(listener.listener_arn()).certificates(more);
        scope.add(format!("{id}Certificates"), more)
    });
    Listening { port, tls: true, listener, certificates }
}

/// A listener that speaks plain HTTP, which was chosen by name.
#[track_caller]
pub(super) fn http(
    scope: Scope<'_>,
    id: &str,
    balancer: elb::LoadBalancer,
    port: Port,
    answer: Input<Action>,
) -> Listening {
    let listener = elb::Listener::builder()
        .load_balancer_arn(balancer)
        .port(port)
        .protocol(Protocol::Http)
        .default_actions(Input::list([answer]))
        .accept("FW2030", "plain HTTP was chosen by its name");
    Listening { port, tls: false, listener: scope.add(id.to_owned(), listener), certificates: None }
}

/// The listener that sends whoever comes by HTTP to HTTPS.
#[track_caller]
pub(super) fn redirect(scope: Scope<'_>, balancer: elb::LoadBalancer, to: Port) -> elb::Listener {
    let there = RedirectConfig::builder()
        .protocol("HTTPS")
        .port(to.get().to_string())
        .status_code(StatusCode::Http301);
    let listener = elb::Listener::builder()
        .load_balancer_arn(balancer)
        .port(Port::HTTP)
        .protocol(Protocol::Http)
        .default_actions([Action::builder().type_(Type::Redirect).redirect_config(there)]);
    scope.add("Redirect", listener)
}
