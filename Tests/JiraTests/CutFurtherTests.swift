import Jira
import Testing

/// Texts that JIRA refuses although they are within the limit that is known.
@Suite struct CutFurtherTests {
  private let long = String(repeating: "x", count: 32_000)

  @Test(arguments: [
    "The entered text is too long. It exceeds the allowed limit of 20,000 characters.",
    "Der eingegebene Text ist zu lang. Er überschreitet die zulässige Grenze von 20.000 Zeichen.",
    "Le texte est trop long. Il dépasse la limite autorisée de 20\u{202f}000 caractères.",
    "入力したテキストが長すぎます。20000 文字の制限を超えています。",
  ])
  func `The limit is read from the message, in whatever language it is written`(_ message: String)
    throws
  {
    let cut = try #require(
      FieldCodec.cutFurther(long, as: .paragraph, refused: message, dialect: .cloud))
    #expect(cut.utf16.count == 18_000 && cut.hasSuffix("…"))
  }

  @Test
  func `A limit just above the text's length still makes it shorter`() throws {
    let message = "It exceeds the allowed limit of 32,767 characters."
    let cut = try #require(
      FieldCodec.cutFurther(long, as: .description, refused: message, dialect: .dataCenter))
    #expect(cut.utf16.count == 28_800)
  }

  @Test
  func
    `A long text is cut for a message without a number, a short one is not: its length is not the cause`()
  {
    #expect(FieldCodec.cutFurther(long, as: .paragraph, refused: "no", dialect: .cloud) != nil)
    #expect(FieldCodec.cutFurther("short", as: .paragraph, refused: "no", dialect: .cloud) == nil)
    #expect(
      FieldCodec.cutFurther("short", as: .paragraph, refused: "limit 32,767", dialect: .cloud)
        == nil)
    #expect(FieldCodec.cutFurther(long, as: .url, refused: "limit 255", dialect: .cloud) == nil)
  }
}
