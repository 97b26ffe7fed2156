//! Rights on a secret.

use formwork_aws::{policy::Statement, secretsmanager};

use super::{granted, sealed::Sealed, use_of_key};
use crate::{Granted, Grantee};

/// Rights on a secret, for a program that asks Secrets Manager itself. A service of the patterns whose environment is to
/// hold the value takes it by [`SecretValue`](crate::SecretValue), and needs no right of its own.
///
/// ```
/// use formwork_aws::secretsmanager;
/// use formwork_patterns::SecretGrants;
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::Role;
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// let payments = stack.add("Payments", secretsmanager::Secret::builder().description("of the payment provider"));
/// payments.grant_read(&api);
/// ```
///
/// The setting is the secret's ARN. A secret with a key of your own, `KmsKeyId`, has the use of the key go with the
/// right.
pub trait SecretGrants: Sealed {
    #[doc(hidden)]
    fn secret(&self) -> secretsmanager::Secret;

    /// Lets somebody read the value.
    #[track_caller]
    fn grant_read<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let secret = self.secret();
        let read = Statement::allow("secretsmanager:GetSecretValue").on(secret.id());
        let key = use_of_key(to, secret, "KmsKeyId", "secretsmanager", &["kms:Decrypt"]);
        granted(to, [Some(read), key].into_iter().flatten(), secret)
    }

    /// Lets somebody set the value, but not read it.
    #[track_caller]
    fn grant_write<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let secret = self.secret();
        let write = Statement::allow("secretsmanager:PutSecretValue").on(secret.id());
        // docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
        let actions = &["kms:GenerateDataKey", "kms:Decrypt"];
        let key = use_of_key(to, secret, "KmsKeyId", "secretsmanager", actions);
        granted(to, [Some(write), key].into_iter().flatten(), secret)
    }
}

impl SecretGrants for secretsmanager::Secret {
    fn secret(&self) -> secretsmanager::Secret {
        *self
    }
}
