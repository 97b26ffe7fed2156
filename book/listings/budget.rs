//! The program of the chapter on budgets.

use formwork::{
    patterns::{Alerts, Budget},
    prelude::*,
};

pub(crate) fn program(app: &App) {
    // ANCHOR: program
    let monitoring = app.stack("monitoring");
    let alerts = Alerts::new().email("operations@example.com").build(monitoring.scope("Alerts"));
    Budget::monthly(150).alert_at([50, 100, 150]).notify(&alerts).build(monitoring.scope("Budget"));
    // ANCHOR_END: program

    // ANCHOR: choices
    Budget::monthly(40)
        .for_tag("Project", "Shop")
        .alert_at_percent([90])
        .forecast_at_percent([100])
        .email("shop@example.com")
        .build(monitoring.scope("OfShop"));
    // ANCHOR_END: choices
}
