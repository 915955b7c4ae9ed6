import JSON
import Postgres
import TestSupport
import Testing

@Suite("The row refuses", .requiresPostgres)
struct RowRefusalTests {
  /// Catches a link that is rolled back with the row: the issue would be forgotten, and made a second time.
  @Test
  func `A constraint forbids the issue's key: the link is kept, the error names the column`()
    async throws
  {
    try await withSyncWorld { world in
      try await world.run(
        """
        alter table public.file_audit add constraint only_old_tickets
        check (jira_tickets is null or jira_tickets[1] like 'OLD-%')
        """)
      let ids = try await world.addRows(3)
      try await world.run(
        "update public.file_audit set jira_tickets = '{OLD-1}' where id = \(ids[1])")
      try await world.drain()
      #expect(try world.jira.issues().count == 3)
      let link = try await world.link(ids[0])
      #expect(link.state == "linked")
      #expect(link.error?.contains("jira_tickets") == true)
      #expect(link.error?.contains("only_old_tickets") == true)
      #expect(try await world.outcomes(ids[0]).last == "refused")
      #expect(try await world.link(ids[1]).error == nil, "other rows are stored all the same")
      #expect(try await world.row(ids[1])["jira_tickets"]?.array?.count == 2)

      try await world.run("alter table public.file_audit drop constraint only_old_tickets")
      try await world.enqueue("push", ids[0])
      try await world.drain()
      #expect(try await world.link(ids[0]).error == nil)
      #expect(try await world.row(ids[0])["jira_tickets"] == [.string(link.issueKey ?? "")])
      #expect(try world.jira.issues().count == 3)
    }
  }

  /// Catches a row's refusal that is taken for one of everything that JIRA has for it.
  @Test
  func `A constraint forbids one of two values: the other arrives, the error names the column`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "alter table public.file_audit add constraint nice check (notes is distinct from 'bad')")
      try world.jira.edit(key, ["Notes": adf("bad"), "Audited by": "Ada"])
      try await world.poll()
      let row = try await world.row(id)
      #expect(row["audited_by"] == "Ada" && row["notes"]?.string == nil)
      let error = try #require(try await world.link(id).error)
      #expect(
        error.contains("notes: the row refused the value from JIRA")
          && !error.contains("audited_by"))
      #expect(
        try await world.count("jira_sync.changes where side = 'row' and field = 'notes'") == 0)
      // The next edit of something else arrives, too.
      try world.jira.edit(key, ["Audited by": "Grace"])
      try await world.poll()
      #expect(try await world.row(id)["audited_by"] == "Grace")
      try world.jira.edit(key, ["Notes": adf("good")])
      try await world.poll()
      #expect(try await world.row(id)["notes"] == "good")
      #expect(try await world.link(id).error == nil)
    }
  }

  /// Catches a job that ends well though nobody saw its row: the change would never arrive.
  @Test
  func `A policy hides the row from the worker: said so, and the change arrives when it is lifted`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let admin = try await world.database.connectAsSuperuser()
      try await admin.script(
        """
        alter table public.file_audit enable row level security;
        drop policy jira_sync_worker on public.file_audit;
        update public.file_audit set notes = 'unseen' where id = \(id)
        """, doing: "hiding the row")
      try await world.drain(within: .milliseconds(1)) { $0.role = "jira_sync_worker" }
      #expect(try await world.outcomes(id).last == "retry")
      #expect(try await world.link(id).state == "linked")
      #expect(try await world.link(id).error?.contains("cannot be seen by this role") == true)
      try await admin.script(
        "alter table public.file_audit disable row level security", doing: "showing the row")
      await admin.close()
      try await world.drain { $0.role = "jira_sync_worker" }
      #expect(try world.jira.issue(key).text("Notes") == "unseen")
      #expect(try await world.link(id).error == nil)
    }
  }

  /// Catches a transaction that waits for an application's lock while it holds the queue's.
  @Test
  func
    `Another session has locked the row: the link is stored without waiting, and the row is written when it is free`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      let holder = try await world.database.connect()
      let worker = try await holder.transaction(doing: "holding a row") { transaction in
        _ = try await transaction.query(
          "select from public.file_audit where id = \(id) for update", doing: "holding a row")
        let worker = try world.startWorker()
        try await world.wait(
          until: "exists (select from jira_sync.job_history where outcome = 'retry')")
        #expect(try await world.link(id).state == "linked")
        #expect(try world.jira.issues().count == 1)
        return worker
      }
      await holder.close()
      try await world.wait(until: "not exists (select from jira_sync.jobs)")
      try await worker.stop()
      #expect(try await world.link(id).error == nil)
      #expect(try await world.row(id)["jira_tickets"] == ["SCRSKY-1001"])
      #expect(try world.jira.issues().count == 1)
      #expect(world.jira.creations().count == 1)
    }
  }

  @Test
  func
    `The row refuses what JIRA says: the error names the column, and what the row takes is written`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "alter table public.file_audit add constraint polite check (notes is distinct from 'damn')")
      try world.jira.edit(key, ["Notes": adf("damn")])
      try await world.enqueue("sync", id)
      try await world.drain()
      let error = try #require(try await world.link(id).error)
      #expect(error.contains("notes"))
      #expect(error.contains("polite"))
      #expect(!error.contains("damn"), "no values in errors")
      #expect(try await world.row(id)["notes"] == .null)

      try world.jira.edit(key, ["Notes": adf("please")])
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try await world.link(id).error == nil)
      #expect(try await world.row(id)["notes"] == "please")
    }
  }
}
