import Testing

@testable import SyncEngine

@Suite("What messages quote is left out of the log")
struct WithoutQuotesTests {
  @Test(arguments: [
    (
      "layer_name (JIRA field Layer): 'Cellar' is not an option",
      "layer_name (JIRA field Layer): '…' is not an option"
    ),
    (
      #"JIRA said: Option value "a 'b' c" is not valid"#,
      #"JIRA said: Option value "…" is not valid"#
    ),
    ("JIRA's field says 'it's late'; it won't do", "JIRA's field says '…'; it won't do"),
    ("a line 'one\ntwo' ends", "a line '…' ends"),
    ("it begins 'and never ends", "it begins '…"),
    ("''", "'…'"),
    ("nothing is quoted", "nothing is quoted"),
  ])
  func `Values go, words stay`(text: String, shown: String) {
    #expect(text.withoutQuotes == shown)
  }
}
