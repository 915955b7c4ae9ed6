import Testing

extension Trait where Self == ConditionTrait {
  /// Skips a test or suite where there is no database to test with.
  public static var requiresPostgres: Self {
    .enabled(
      if: TestCluster.isAvailable, "needs JIRA_SYNC_TEST_DATABASE_URL; scripts/test starts one")
  }
}
