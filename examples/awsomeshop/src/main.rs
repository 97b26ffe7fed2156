//! AWSomeShop's core business unit: a shop where employees spend their points, in five stacks.

mod compute;
mod config;
mod data;
mod monitoring;
mod network;
mod security;

use config::Config;
use data::Data;
use formwork::prelude::*;
use network::Network;
use security::Security;

fn main() -> ExitCode {
    formwork::main("awsomeshop", |app: &App, config: Config| {
        app.tag("Project", "AWSomeShop").tag("Owner", config.owner.clone());
        app.tag("Environment", app.environment().name.clone());
        let network = Network::new(app.stack("network"), &config);
        let security = Security::new(app.stack("security"), &config);
        let data = Data::new(app.stack("data"), &config, &network, &security);
        let api = compute::service(app.stack("compute"), &config, &network, &security, &data);
        monitoring::watch(app.stack("monitoring"), &config, &api, &data);
    })
}
