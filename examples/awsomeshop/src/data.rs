//! What is kept: the database, the pictures of products, the images of the program.

use formwork::{
    patterns::{Bucket, Database, Repository, Weekday, Window, bucket::Cors, database::Instance},
    prelude::*,
};

use crate::{config::Config, network::Network, security::Security};

pub struct Data<'a> {
    pub database: Database<'a, Instance>,
    pub repository: Repository<'a>,
    /// What the load balancer writes down.
    pub logs: Bucket<'a>,
}

impl<'a> Data<'a> {
    pub fn new(stack: Stack<'a>, config: &Config, network: &Network<'a>, security: &Security<'a>) -> Self {
        let database = Database::mysql(config.database.version.clone(), config.database.class.clone())
            .name("awsomeshop")
            .own_secret()
            .secret_name(format!("{}/db", config.name))
            .security_group(&network.database)
            .subnet_group_name(config.named("db-subnet-group"))
            .gp2()
            .storage(config.database.storage)
            .fixed_storage()
            .single_zone()
            .default_parameters()
            .default_options()
            .backups(config.database.backups)
            .backup_window(Window::at(3, 0).lasting(hours(1)))
            .maintenance_window(Weekday::Sunday, Window::at(4, 0).lasting(hours(1)))
            .build(stack.scope("Database"), &network.vpc);
        stack.customize(database.instance(), |it| {
            it.accept("FW2107", "one zone costs half as much")
                .accept("FW1606", "the document wants a version and upgrades; the template follows them")
        });

        let images = Bucket::new()
            .name_with_suffix(config.named("product-images"))
            .bucket_key()
            .without_versions()
            .without_lifecycle()
            .cors(Cors::uploads_from([format!("https://{}", config.domain)]))
            .build(stack.scope("Images"));
        images.grant_read_write(&security.task);
        images.grant_delete(&security.task);
        images.only_for([&security.task]);

        let repository = Repository::new()
            .name(config.name.clone())
            .mutable_tags() // every build is `latest`
            .build(stack.scope("Repository"));
        let logs = Bucket::for_logs()
            .name_with_suffix(config.named("alb-logs"))
            .from_load_balancers_below("access-logs")
            .build(stack.scope("BalancerLogs"));
        stack.output("Images", images.name());
        stack.output("Repository", repository.uri());
        Self { database, repository, logs }
    }
}
