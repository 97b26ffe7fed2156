//! What a dashboard is to show.

use std::panic::Location;

use formwork_aws::cloudwatch;
use formwork_core::{Finding, Scope};

use super::{
    Dashboard, Graph,
    body::{Widget, body},
    document::text_of,
};
use crate::{
    Alerts, Metric,
    alerts::is_name,
    place::{self, Said, report},
};

/// Says what a dashboard is to show; [`Dashboard::new`] returns one.
#[must_use = "a dashboard is made by `.build(scope)`"]
pub struct Builder<'a> {
    name: Said<String>,
    things: Vec<Said<Thing<'a>>>,
}

/// A thing on a dashboard, as it was said.
enum Thing<'a> {
    Widget(Widget),
    /// All alarms, those included that are added later.
    Alarms(Alerts<'a>),
}

impl<'a> Builder<'a> {
    #[track_caller]
    pub(super) fn new(name: String) -> Self {
        Self { name: Said::new(name), things: Vec::new() }
    }

    #[track_caller]
    pub(super) fn show(mut self, widget: Widget) -> Self {
        self.things.push(Said::new(Thing::Widget(widget)));
        self
    }

    /// Begins a section with a heading over the whole width.
    #[track_caller]
    pub fn section(self, title: impl Into<String>) -> Self {
        self.show(Widget::Section(title.into()))
    }

    /// Shows text in Markdown over the whole width: what to do, whom to call, where the runbook is.
    #[track_caller]
    pub fn text(self, markdown: impl Into<String>) -> Self {
        self.show(Widget::Text(markdown.into()))
    }

    /// Shows metrics over time, half as wide as the page.
    #[track_caller]
    pub fn graph(self, title: impl Into<String>, metrics: impl IntoIterator<Item = Metric>) -> Self {
        self.widget(Graph::new(title).metrics(metrics))
    }

    /// Shows a graph of which more was said: axes, lines, its width.
    #[track_caller]
    pub fn widget(self, graph: Graph) -> Self {
        self.show(Widget::Graph(graph))
    }

    /// Shows the latest values of metrics as numbers.
    #[track_caller]
    pub fn number(self, title: impl Into<String>, metrics: impl IntoIterator<Item = Metric>) -> Self {
        self.show(Widget::Number(title.into(), metrics.into_iter().collect()))
    }

    /// Shows the state of all alarms of these alerts, composite ones first. Alarms that are added after the dashboard is
    /// built are not among them, which is a finding, `FW3205`.
    #[track_caller]
    pub fn alarms(mut self, alerts: &Alerts<'a>) -> Self {
        self.things.push(Said::new(Thing::Alarms(alerts.clone())));
        self
    }

    /// Makes the dashboard.
    #[track_caller]
    pub fn build(self, scope: impl Into<Scope<'a>>) -> Dashboard<'a> {
        let built = Location::caller();
        let scope = place::claim(scope.into().for_caller(), "a dashboard", &["Dashboard"]);
        let widgets: Vec<Said<Widget>> =
            self.things.into_iter().flat_map(|thing| drawn(thing, built)).collect();
        judge(&self.name, &widgets, &scope);
        let widgets: Vec<Widget> = widgets.into_iter().map(|said| said.value).collect();
        let dashboard = cloudwatch::Dashboard::builder()
            .dashboard_name(self.name.value)
            .dashboard_body(text_of(&body(&widgets)));
        Dashboard { scope, dashboard: scope.add("Dashboard", dashboard) }
    }
}

/// What is drawn for a thing: alarms in portions, of which CloudWatch takes a hundred at once.
fn drawn(thing: Said<Thing<'_>>, built: &'static Location<'static>) -> Vec<Said<Widget>> {
    let Said { value, at } = thing;
    let alerts = match value {
        Thing::Widget(widget) => return vec![Said { value: widget, at }],
        Thing::Alarms(alerts) => alerts,
    };
    alerts.shown_at(built);
    let composites = alerts.composites().into_iter().map(|alarm| alarm.arn().cast());
    let arns: Vec<_> = composites.chain(alerts.alarms().into_iter().map(|alarm| alarm.arn())).collect();
    let portion = |arns: &[_]| Said { value: Widget::Alarms("Alarms".to_owned(), arns.to_vec()), at };
    arns.chunks(100).map(portion).collect()
}

/// Reports what CloudWatch refuses.
// docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html and
// AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
fn judge(name: &Said<String>, widgets: &[Said<Widget>], scope: &Scope<'_>) {
    if !is_name(&name.value, 255) {
        let finding = Finding::error("FW3201", format!("`{}` cannot be the name of a dashboard", name.value))
            .help("a name is 1 to 255 letters, digits, `-` and `_`");
        report(scope, finding, name.at);
    }
    let wrong = |message: String, help: &str, at| {
        report(scope, Finding::error("FW3202", message).help(help.to_owned()), at);
    };
    if widgets.is_empty() {
        wrong(
            "a dashboard with nothing on it".to_owned(),
            "show something: `.graph(..)`, `.alarms(&alerts)`",
            name.at,
        );
    }
    if let Some(said) = widgets.get(500) {
        let many = widgets.len();
        wrong(format!("{many} things on one dashboard"), "500 at most: make a second one", said.at);
    }
    let mut all = 0;
    for said in widgets {
        let metrics = said.value.metrics();
        let before = all;
        all += metrics;
        if metrics > 500 {
            wrong(format!("{metrics} metrics on one graph"), "500 at most: divide it", said.at);
        } else if all > 2500 && before <= 2500 {
            wrong("more than 2500 metrics on one dashboard".to_owned(), "make a second one", said.at);
        }
        let drawn = matches!(said.value, Widget::Graph(_) | Widget::Number(..));
        if drawn && metrics == 0 {
            wrong("a graph of no metrics".to_owned(), "say which metrics it shows, or leave it out", said.at);
        }
    }
}
