/// The files of `migrations/`, as they were when this binary was built.
enum EmbeddedMigrations {}
