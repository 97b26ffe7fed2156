//! Rights on a table.

use formwork_aws::{
    dynamodb,
    policy::{Identity, Statement},
};
use formwork_core::{Output, interpolate};

use super::{granted, sealed::Sealed, use_of_key};
use crate::{Granted, Grantee};

/// Rights on a table of DynamoDB and on its indexes.
///
/// ```
/// use formwork_aws::dynamodb::{self, table::{KeyType, TableKeySchema}};
/// use formwork_patterns::TableGrants;
/// # use formwork_aws::iam;
/// # use formwork_core::App;
/// # use formwork_patterns::Role;
/// # let app = App::for_tests();
/// # let stack = app.stack("shop");
/// # let api = Role::of(stack, stack.add("Role", iam::Role::assumed_by("ec2.amazonaws.com")));
/// let carts = dynamodb::Table::builder()
///     .key_schema([TableKeySchema::builder().attribute_name("id").key_type(KeyType::Hash)]);
/// stack.add("Carts", carts).grant_read_write(&api);
/// ```
///
/// The setting is the table's name. A table with a key of your own, `KMSMasterKeyId`, has the use of the key go with
/// the right.
pub trait TableGrants: Sealed {
    #[doc(hidden)]
    fn table(&self) -> dynamodb::Table;

    /// Lets somebody read items.
    #[track_caller]
    fn grant_read<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        give(to, self.table(), READ.to_vec())
    }

    /// Lets somebody write, change and delete items, but not read them.
    #[track_caller]
    fn grant_write<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        give(to, self.table(), WRITE.to_vec())
    }

    /// Lets somebody read, write, change and delete items.
    #[track_caller]
    fn grant_read_write<'g, 'a, G: Grantee<'a>>(&self, to: &'g G) -> Granted<'g, G> {
        give(to, self.table(), [READ, WRITE].concat())
    }
}

const READ: &[&str] = &[
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DescribeTable",
];
const WRITE: &[&str] =
    &["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"];

#[track_caller]
fn give<'g, 'a, G: Grantee<'a>>(
    to: &'g G,
    table: dynamodb::Table,
    actions: Vec<&'static str>,
) -> Granted<'g, G> {
    let arn: Output<String> = table.arn().cast();
    let rights: Statement<Identity> =
        Statement::allow(actions).on([arn.clone(), interpolate!("{arn}/index/*")]);
    // A table's key is used to read the table's own key, whatever is done with items:
    // docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    let key = use_of_key(to, table, "SSESpecification.KMSMasterKeyId", "dynamodb", &["kms:Decrypt"]);
    granted(to, [Some(rights), key].into_iter().flatten(), table)
}

impl TableGrants for dynamodb::Table {
    fn table(&self) -> dynamodb::Table {
        *self
    }
}
