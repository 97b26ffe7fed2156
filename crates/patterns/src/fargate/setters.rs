//! The options of a task, given to the builder of each kind of task.

/// Options of the task in the field `task`, for a builder of this name and these parameters.
macro_rules! task_setters {
    ($builder:ident<$lifetime:lifetime>) => {
        impl<$lifetime> $builder<$lifetime> {
            /// Sets the image: for what begins with that of another task.
            #[track_caller]
            pub fn image(mut self, image: impl Into<$crate::fargate::Image>) -> Self {
                self.task.image = $crate::place::Said::new(image.into());
                self
            }

            /// Sets CPU and memory, `Fargate::Cpu256.memory_mib::<512>()` unless said: only pairs that there are compile.
            pub fn size(mut self, size: formwork_aws::types::FargateSize) -> Self {
                self.task.size = size;
                self
            }

            /// Runs on ARM processors (Graviton), which cost less; the image has to be built for them.
            pub fn arm64(mut self) -> Self {
                self.task.arm = true;
                self
            }

            /// Sets the arguments of the image's entry point, or the program where it has none.
            pub fn command(mut self, command: impl formwork_core::IntoInput<Vec<String>>) -> Self {
                self.task.command = Some($crate::value::output(command));
                self
            }

            /// Sets the program that is started, in place of the image's entry point.
            pub fn entry_point(mut self, program: impl formwork_core::IntoInput<Vec<String>>) -> Self {
                self.task.entry_point = Some($crate::value::output(program));
                self
            }

            /// Sets the folder in which the program is started.
            pub fn working_directory(mut self, folder: impl formwork_core::IntoText) -> Self {
                self.task.working_directory = Some($crate::value::text(folder));
                self
            }

            /// Sets the user that the program runs as, a name or a number that the image knows, with or without a group:
            /// `1000` unless said, which works with images whose files everybody may read.
            pub fn user(mut self, user: impl formwork_core::IntoText) -> Self {
                self.task.user = $crate::fargate::task::User::Named($crate::value::text(user));
                self
            }

            /// Runs the program as the user that the image names, or as root where it names none.
            pub fn user_of_image(mut self) -> Self {
                self.task.user = $crate::fargate::task::User::OfImage;
                self
            }

            /// Lets the program write everywhere in its file system, not in `/tmp` alone. An intruder can so change the
            /// program.
            pub fn writable_root(mut self) -> Self {
                self.task.writable_root = true;
                self
            }

            /// Sets how much `/tmp` holds: 64 MiB of the task's memory unless said.
            #[track_caller]
            pub fn temporary_files(mut self, size: formwork_aws::types::DataSize) -> Self {
                self.task.set_scratch(size);
                self
            }

            /// Sets how much storage the task has for its images and files: 21 to 200 GiB, 20 unless said.
            #[track_caller]
            pub fn storage(mut self, size: formwork_aws::types::DataSize) -> Self {
                self.task.set_storage(size);
                self
            }

            /// Sets a limit of Linux for the main container, soft and hard, such as that of open files.
            #[track_caller]
            pub fn limit(
                mut self,
                limit: formwork_aws::ecs::task_definition::Name,
                soft: u32,
                hard: u32,
            ) -> Self {
                self.task.limits.push($crate::place::Said::new((limit, soft, hard)));
                self
            }

            /// Sets how ECS finds out whether the main container is well, by a command within it.
            pub fn container_health_check(mut self, health: $crate::fargate::ContainerHealth) -> Self {
                self.task.health = Some(health);
                self
            }

            /// Sets how long the program has to end by itself when it is told to: up to 120 seconds, 30 unless said.
            #[track_caller]
            pub fn stops_within(mut self, time: impl Into<formwork_aws::types::Duration>) -> Self {
                self.task.set_stop(time.into());
                self
            }

            /// Sets an environment variable to a value that anybody may see. The value of a secret does not compile here:
            /// [`secret`](Self::secret) takes it, by reference. The handle of a secret does: what it stands for as text is
            /// the secret's ARN, with which a program that has the right can ask for the value itself.
            #[track_caller]
            pub fn environment(
                mut self,
                name: impl Into<String>,
                value: impl formwork_core::IntoText,
            ) -> Self {
                self.task.variables.push($crate::place::Said::new($crate::fargate::variables::Variable {
                    name: name.into(),
                    value: $crate::fargate::variables::Setting::Plain($crate::value::text(value)),
                }));
                self
            }

            /// Sets an environment variable to a secret, which is looked up when the container starts; only this secret
            /// may be read for it.
            #[track_caller]
            pub fn secret(mut self, name: impl Into<String>, value: impl $crate::IntoSecretValue) -> Self {
                self.task.variables.push($crate::place::Said::new($crate::fargate::variables::Variable {
                    name: name.into(),
                    value: $crate::fargate::variables::Setting::Secret(value.into_secret_value()),
                }));
                self
            }

            /// Sets how long the output of the containers is kept: 30 days unless said.
            pub fn logs(
                mut self,
                retention: impl formwork_core::IntoInput<formwork_aws::types::LogRetention>,
            ) -> Self {
                self.task.retention = $crate::value::output(retention);
                self
            }

            /// Sets the name of the log group, such as `/ecs/shop`, of which an account has one in a Region. What is
            /// [like](crate::FargateService::like) this one has a log of its own, without the name.
            ///
            /// A role that is brought from another stack may write to the log by this name, so that its stack need not
            /// wait for the log.
            pub fn log_group(mut self, name: impl formwork_core::IntoText) -> Self {
                self.task.log_group = Some($crate::value::text(name));
                self
            }

            /// Sets the family of the task definition: up to 255 letters, digits, `-` and `_`. Unless said it is the name
            /// of the stack with the scope. Two definitions of one family are revisions of each other, so no two tasks
            /// have one: what is like this one does not take it over.
            pub fn family(mut self, name: impl formwork_core::IntoText) -> Self {
                self.task.family = Some($crate::value::text(name));
                self
            }

            /// Lets the program act with a role that is made elsewhere, in place of one of its own. It has to trust
            /// `ecs-tasks.amazonaws.com`, as one of [`Role::of_tasks`](crate::Role::of_tasks) does. What the task is granted, the role
            /// is granted: whoever else acts with it may do so too.
            #[track_caller]
            pub fn task_role(mut self, role: &$crate::Role<$lifetime>) -> Self {
                self.outside.role = Some($crate::place::Said::new(*role));
                self
            }

            /// Starts the tasks with a role that is made elsewhere, in place of one of its own: see
            /// [`task_role`](Self::task_role). It is granted what starting takes: to pull this image, read these secrets
            /// and write this log, beyond the policies that it has.
            #[track_caller]
            pub fn execution_role(mut self, role: &$crate::Role<$lifetime>) -> Self {
                self.outside.execution = Some($crate::place::Said::new(*role));
                self
            }

            /// Puts the tasks into a group that is made elsewhere, in place of one of its own. Whoever else is in it
            /// reaches what they reach, and is reached by whom they are reached.
            #[track_caller]
            pub fn security_group(mut self, group: &$crate::SecurityGroup<$lifetime>) -> Self {
                self.outside.group = Some($crate::place::Said::new(group.clone()));
                self
            }

            /// Adds a container beside the main one.
            #[track_caller]
            pub fn sidecar(mut self, sidecar: $crate::fargate::Sidecar) -> Self {
                self.task.sidecars.push($crate::place::Said::new(sidecar));
                self
            }

            /// Sets the name of the main container: `app` unless said.
            pub fn container_name(mut self, name: impl Into<String>) -> Self {
                self.task.container = name.into();
                self
            }
        }
    };
}

pub(crate) use task_setters;
