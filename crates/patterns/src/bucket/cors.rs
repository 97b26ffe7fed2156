//! Browsers that get at the objects from a page of another origin.

use formwork_aws::{
    s3::bucket::{AllowedMethods, CorsConfiguration, CorsRule},
    types::{Duration, hours},
};
use formwork_core::{Expr, Finding, Input, IntoInput, IntoText, Output, Scope};

use crate::{
    place::{Said, report},
    value::text,
};

/// Which pages may have browsers read and write objects: cross-origin resource sharing.
///
/// It lets nobody in: a request needs a signature all the same, which a server of yours makes for an upload. It tells
/// browsers whose pages may see the answer.
///
/// ```
/// use formwork_aws::{s3::bucket::AllowedMethods, types::minutes};
/// use formwork_patterns::bucket::Cors;
///
/// let uploads = Cors::uploads_from(["https://shop.example.com"]).max_age(minutes(10));
/// let editor = Cors::reads_from(["https://edit.example.com"]).method(AllowedMethods::Delete);
/// ```
// docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
#[derive(Clone)]
#[must_use = "the rule of a bucket: `Bucket::new().cors(..)`"]
pub struct Cors {
    origins: Said<Vec<Output<String>>>,
    any: bool,
    methods: Vec<AllowedMethods>,
    headers: Vec<String>,
    exposed: Vec<String>,
    max_age: Duration,
}

impl Cors {
    /// Lets pages of these origins upload objects, in parts as well: `PUT` and `POST`, with any headers. They see
    /// `ETag`, of which an upload in parts is put together.
    #[track_caller]
    pub fn uploads_from<O: IntoText>(origins: impl IntoIterator<Item = O>) -> Self {
        let origins = Said::new(origins.into_iter().map(text).collect());
        Self::new(origins, [AllowedMethods::Put, AllowedMethods::Post]).expose("ETag")
    }

    /// Lets pages of these origins read objects: `GET` and `HEAD`.
    #[track_caller]
    pub fn reads_from<O: IntoText>(origins: impl IntoIterator<Item = O>) -> Self {
        let origins = Said::new(origins.into_iter().map(text).collect());
        Self::new(origins, [AllowedMethods::Get, AllowedMethods::Head])
    }

    fn new(origins: Said<Vec<Output<String>>>, methods: [AllowedMethods; 2]) -> Self {
        let headers = vec!["*".to_owned()];
        let methods = methods.to_vec();
        Self { origins, any: false, methods, headers, exposed: Vec::new(), max_age: hours(1) }
    }

    /// Weaker: the pages of every site.
    pub fn from_any_origin(mut self) -> Self {
        self.any = true;
        self
    }

    /// Lets them use a method as well.
    pub fn method(mut self, method: AllowedMethods) -> Self {
        if !self.methods.contains(&method) {
            self.methods.push(method);
        }
        self
    }

    /// Lets them send these headers alone, such as `content-type` or `x-amz-*`, instead of any.
    pub fn headers<H: Into<String>>(mut self, headers: impl IntoIterator<Item = H>) -> Self {
        self.headers = headers.into_iter().map(Into::into).collect();
        self
    }

    /// Lets their programs see a header of the answer as well.
    pub fn expose(mut self, header: impl Into<String>) -> Self {
        let header = header.into();
        if !self.exposed.contains(&header) {
            self.exposed.push(header);
        }
        self
    }

    /// Sets for how long a browser need not ask again; an hour unless said.
    pub fn max_age(mut self, time: Duration) -> Self {
        self.max_age = time;
        self
    }

    fn rule(&self, scope: &Scope<'_>) -> Input<CorsRule> {
        let origins = match self.any {
            true => vec![text("*")],
            false => self.origins.value.clone(),
        };
        if !self.any {
            self.judge(scope);
        }
        let seconds = self.max_age.as_milliseconds() / 1000;
        CorsRule::builder()
            .allowed_headers((!self.headers.is_empty()).then(|| self.headers.clone()))
            .allowed_methods(self.methods.clone())
            .allowed_origins(Input::list(origins.into_iter().map(IntoInput::into_input)))
            .exposed_headers((!self.exposed.is_empty()).then(|| self.exposed.clone()))
            .max_age(i64::try_from(seconds).unwrap_or(i64::MAX))
            .into_input()
    }

    /// S3 compares origins letter by letter with what browsers send, so that a slash at the end fits none.
    fn judge(&self, scope: &Scope<'_>) {
        let refuse = |message: String, help: &str| {
            report(scope, Finding::error("FW3153", message).help(help), self.origins.at);
        };
        if self.origins.value.is_empty() {
            refuse("no page is named that may use the bucket".to_owned(), "name the origins of your pages");
        }
        for origin in &self.origins.value {
            let Expr::Text(origin) = origin.expr().plain() else { continue };
            let host = origin.split_once("://").map(|(_, host)| host);
            if origin == "*" {
                refuse(
                    "every page may use the bucket".to_owned(),
                    "name the origins of your pages, or say `.from_any_origin()`",
                );
            } else if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#'])) {
                refuse(
                    format!("no browser sends `{origin}` as the origin of a page"),
                    "an origin is a scheme and a host, and a port if it is not the usual one: `https://shop.example.com`",
                );
            }
        }
    }
}

/// The rules together, if there are any.
pub(super) fn configuration(scope: &Scope<'_>, rules: &[Cors]) -> Option<Input<CorsConfiguration>> {
    let mut all: Vec<Input<CorsRule>> = Vec::new();
    for rule in rules {
        let rule = rule.rule(scope);
        // What is said twice stands once: S3 takes no two rules that are the same.
        if !all.iter().any(|known| known.clone().into_expr().reads_as(&rule.clone().into_expr())) {
            all.push(rule);
        }
    }
    (!all.is_empty()).then(|| CorsConfiguration::builder().cors_rules(Input::list(all)).into_input())
}
