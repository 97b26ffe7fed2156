//! Rights to use a key.

use formwork_aws::{kms, policy::Statement};

use super::{granted, sealed::Sealed};
use crate::{Granted, Grantee};

/// Rights to use a key by itself. What is encrypted with it in a bucket, a queue or a secret needs none of these: the
/// rights on that have the use of the key with them.
///
/// ```
/// use formwork_aws::kms;
/// use formwork_patterns::KeyGrants;
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::Role;
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// let key = stack.add("Key", kms::Key::builder().description("cards").enable_key_rotation(true));
/// key.grant_encrypt_decrypt(&api);
/// ```
///
/// The setting is the key's ARN. A key whose policy does not leave it to IAM who may use it needs a statement there.
pub trait KeyGrants: Sealed {
    #[doc(hidden)]
    fn key(&self) -> kms::Key;

    /// Lets somebody encrypt, also by data keys.
    #[track_caller]
    fn grant_encrypt<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let key = self.key();
        granted(to, [Statement::allow(["kms:Encrypt", "kms:GenerateDataKey"]).on(key.arn())], key.arn())
    }

    /// Lets somebody decrypt.
    #[track_caller]
    fn grant_decrypt<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let key = self.key();
        granted(to, [Statement::allow("kms:Decrypt").on(key.arn())], key.arn())
    }

    /// Lets somebody encrypt, also by data keys, and decrypt.
    #[track_caller]
    fn grant_encrypt_decrypt<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        let key = self.key();
        let actions = ["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"];
        granted(to, [Statement::allow(actions).on(key.arn())], key.arn())
    }
}

impl KeyGrants for kms::Key {
    fn key(&self) -> kms::Key {
        *self
    }
}
