//! A program for the tests of `check`: its configuration says what a reviewer would mind.

use formwork::{
    aws::{ec2, s3},
    prelude::*,
};

/// The configuration.
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// The range of the subnet.
    range: Cidr,
    /// Whether the bucket keeps old versions.
    versions: bool,
}

fn main() -> ExitCode {
    formwork::main("reviewed", |app: &App, config: Config| {
        app.policy("ORG001", |review| {
            for bucket in review.all::<s3::Bucket>() {
                let versions = review.get(bucket).versioning_configuration;
                if !versions.is_set() {
                    let finding = review.warning(bucket, "", "our buckets keep old versions");
                    review.say(finding.help("add `.versioning_configuration(..)`"));
                }
            }
        });
        let network = app.stack("network");
        let vpc = network.add("Vpc", ec2::Vpc::builder().cidr_block(cidr!("10.0.0.0/16")));
        let subnet = ec2::Subnet::builder().vpc_id(vpc).cidr_block(config.range);
        network.add("Subnet", subnet);
        let data = app.stack("data");
        let versions = config.versions.then(|| {
            s3::bucket::VersioningConfiguration::builder()
                .status(s3::bucket::VersioningConfigurationStatus::Enabled)
        });
        data.add("Uploads", s3::Bucket::builder().versioning_configuration(versions));
    })
}
