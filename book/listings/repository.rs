//! The program of the chapter on repositories.

use formwork::{
    aws::iam,
    patterns::{FargateService, Repository, RepositoryGrants, Role, ThreeTierVpc},
    prelude::*,
};

pub(crate) fn program(app: &App) {
    let network = ThreeTierVpc::new(cidr!("10.0.0.0/16")).zones(2).build(app.stack("network"));
    let (data, compute) = (app.stack("data"), app.stack("compute"));
    // ANCHOR: program
    let repository = Repository::new().name("awsomeshop").build(data.scope("Repository"));
    FargateService::new(repository.image("2025-11-03")).build(compute.scope("Core"), &network);
    // ANCHOR_END: program

    // ANCHOR: choices
    let tools = Repository::new()
        .mutable_tags_like(["latest", "branch-*"])
        .keep_tagged("release-*", 20)
        .keep_images(50)
        .expire_untagged(days(3))
        .shared_with("444455556666")
        .build(data.scope("Tools"));
    // ANCHOR_END: choices

    // ANCHOR: rights
    let pipeline = iam::Role::assumed_by("codebuild.amazonaws.com");
    let pipeline = Role::of(data, data.add("Pipeline", pipeline));
    repository.grant_push(&pipeline);
    tools.grant_pull(&pipeline);
    // ANCHOR_END: rights

    // ANCHOR: customize
    data.customize(tools.repository(), |it| it.empty_on_delete(true));
    // ANCHOR_END: customize
}
