//! What users are written.

use formwork_aws::cognito::user_pool::{
    self, AdminCreateUserConfig, AdminCreateUserConfigBuilder, DefaultEmailOption, EmailConfiguration,
    EmailConfigurationBuilder, EmailSendingAccount, InviteMessageTemplate, VerificationMessageTemplate,
    VerificationMessageTemplateBuilder,
};
use formwork_core::{Finding, IntoText, Scope};

use super::Builder;
use crate::{
    place::{Said, report},
    value::text,
};

/// What users are written, as far as it was said.
#[derive(Default)]
pub(super) struct Texts {
    mail: Option<EmailConfigurationBuilder>,
    verification: Option<VerificationMessageTemplateBuilder>,
    invitation: Option<Said<(String, String)>>,
    invitations_only: bool,
    /// Where it was said that a link is sent, which leads to a page of the domain.
    link: Option<Said<()>>,
}

impl Builder {
    /// Sends e-mail by an identity of SES of your own, such as `Acme <no-reply@acme.example.com>`. Without, Cognito
    /// sends it from an address of its own, and no more than 50 a day.
    ///
    /// The identity is verified, and the account out of SES's sandbox; both are done outside a template.
    // docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html
    #[track_caller]
    pub fn mail_from(mut self, identity_arn: impl IntoText, sender: impl IntoText) -> Self {
        let mail = self.texts.mail.take().unwrap_or_else(EmailConfiguration::builder);
        let mail = mail
            .email_sending_account(EmailSendingAccount::Developer)
            .source_arn(text(identity_arn))
            .from(text(sender));
        self.texts.mail = Some(mail);
        self
    }

    /// Sets where answers go that users write to what they were sent.
    #[track_caller]
    pub fn reply_to(mut self, address: impl IntoText) -> Self {
        let mail = self.texts.mail.take().unwrap_or_else(EmailConfiguration::builder);
        self.texts.mail = Some(mail.reply_to_email_address(text(address)));
        self
    }

    /// Sets SES's configuration set for what is sent, which counts what arrives; only with
    /// [`mail_from`](Self::mail_from).
    #[track_caller]
    pub fn configuration_set(mut self, name: impl IntoText) -> Self {
        let mail = self.texts.mail.take().unwrap_or_else(EmailConfiguration::builder);
        self.texts.mail = Some(mail.configuration_set(text(name)));
        self
    }

    /// Sets what users are written who are to prove their address; the code goes where `{####}` stands.
    #[track_caller]
    pub fn verification_mail(mut self, subject: impl IntoText, message: impl IntoText) -> Self {
        let it = self.texts.verification();
        let it = it
            .default_email_option(DefaultEmailOption::ConfirmWithCode)
            .email_subject(text(subject))
            .email_message(text(message));
        self.texts.verification = Some(it);
        self.texts.link = None;
        self
    }

    /// Has users prove their address by a link instead of a code; it goes where `{##Verify your address##}` or other
    /// words between the signs stand. Needs a [`domain`](Self::domain).
    #[track_caller]
    pub fn verification_link(mut self, subject: impl IntoText, message: impl IntoText) -> Self {
        let it = self.texts.verification();
        let it = it
            .default_email_option(DefaultEmailOption::ConfirmWithLink)
            .email_subject_by_link(text(subject))
            .email_message_by_link(text(message));
        self.texts.verification = Some(it);
        self.texts.link = Some(Said::new(()));
        self
    }

    /// Sets what is sent to the telephones of users who are to prove that they are theirs; the code goes where `{####}`
    /// stands.
    #[track_caller]
    pub fn verification_sms(mut self, message: impl IntoText) -> Self {
        let it = self.texts.verification().sms_message(text(message));
        self.texts.verification = Some(it);
        self
    }

    /// Lets nobody make an account for himself: somebody who may [manage](super::UserPool::grant_manage) the users makes
    /// them, and they are written a temporary password.
    pub fn invitations_only(mut self) -> Self {
        self.texts.invitations_only = true;
        self
    }

    /// Sets what users are written for whom an account was made; their name goes where `{username}` stands, the password
    /// where `{####}` does.
    #[track_caller]
    pub fn invitation_mail(mut self, subject: impl Into<String>, message: impl Into<String>) -> Self {
        self.texts.invitation = Some(Said::new((subject.into(), message.into())));
        self
    }
}

impl Texts {
    fn verification(&mut self) -> VerificationMessageTemplateBuilder {
        self.verification.take().unwrap_or_else(VerificationMessageTemplate::builder)
    }

    /// What is wrong with them.
    pub(super) fn judge(&self, scope: &Scope<'_>, has_domain: bool) {
        if let Some(said) = self.link.filter(|_| !has_domain) {
            let finding = Finding::error("FW3173", "a link leads to a page that the pool does not have");
            report(scope, finding.help("say `.domain(\"acme-users\")` of the pool"), said.at);
        }
        if let Some(Said { value: (_, message), at }) = &self.invitation {
            let lacks: Vec<&str> =
                ["{username}", "{####}"].into_iter().filter(|part| !message.contains(part)).collect();
            if !lacks.is_empty() {
                let lacks = lacks.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(" and ");
                let finding = Finding::error("FW3168", format!("an invitation has no {lacks}"));
                report(
                    scope,
                    finding.help("the name goes where `{username}` stands, the password where `{####}` does"),
                    *at,
                );
            }
        }
    }

    #[track_caller]
    pub(super) fn apply(self, pool: user_pool::Builder) -> user_pool::Builder {
        let invitation = self.invitation.map(|Said { value: (subject, message), .. }| {
            InviteMessageTemplate::builder().email_subject(subject).email_message(message)
        });
        let admin = match (invitation, self.invitations_only) {
            (None, false) => None,
            (invitation, only) => {
                let admin: AdminCreateUserConfigBuilder = AdminCreateUserConfig::builder();
                Some(admin.allow_admin_create_user_only(only).invite_message_template(invitation))
            }
        };
        pool.email_configuration(self.mail)
            .verification_message_template(self.verification)
            .admin_create_user_config(admin)
    }
}
