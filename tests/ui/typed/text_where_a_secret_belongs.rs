//! The value of a secret is no part of a program.

use formwork::patterns::FargateService;

fn main() {
    FargateService::new("public.ecr.aws/acme/api:1.4").secret("TOKEN", "hunter2");
}
