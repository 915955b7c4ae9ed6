/// The files of `migrations/` and of `migrations/functions/`, as they were when this binary was built.
enum EmbeddedMigrations {}
