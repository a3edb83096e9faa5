// What lies on the disk: a plan with texts, names and numbers is made through the service, then the
// database's files and a dump of it are searched for them. With encryption off the same search
// finds them, so it looks in the right places.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "lib/testing/plain_cipher.h"
#include "plan-service/service/test_service.h"

namespace ip::plan::testing {
namespace {

namespace fs = std::filesystem;

// How often a text was found, by kind of file.
using Found = std::map<std::string, int>;

int Occurrences(std::string_view text, std::string_view in) {
  int count = 0;
  for (size_t at = in.find(text); at != in.npos; at = in.find(text, at + 1)) ++count;
  return count;
}

class Disk : public PlanServiceTest {
 public:
  Disk(const ip::testing::PrivateServer& server, std::unique_ptr<crypto::Cipher> cipher)
      : PlanServiceTest(&server, std::move(cipher)), server_(server) {}
  void TestBody() override {}

  // Everything a person would not want read, and what it is.
  std::vector<std::string> Fill() {
    const CarePlan plan = Active();
    Must(Read(plan.name(), coordinator_));
    pb::ListAccessLogEntriesRequest log;
    log.set_parent(plan.name());
    const auto rows = Must(Access(&AccessStub::ListAccessLogEntries, log, owner_));
    pb::AskAboutAccessRequest ask;
    ask.set_name(rows.access_log_entries(0).name());
    ask.set_question("Hvorfor blåbærskogen?");
    Must(Access(&AccessStub::AskAboutAccess, ask, owner_));
    Person doctor = stranger_;
    doctor.token += "|9144897";
    pb::RequestEmergencyAccessRequest emergency;
    emergency.set_plan(plan.name());
    emergency.set_reason("Falt ned fra stabburstrappa");
    Must(Access(&AccessStub::RequestEmergencyAccess, emergency, doctor));
    return {"Jeg vil handle selv",
            "Følge til butikken",
            "Noen å gå sammen med",
            "Kari Nordli",
            "Amina Lie",
            "Per Vik",
            "Navn Navnesen",
            "9144897",
            "Hvorfor blåbærskogen?",
            "Falt ned fra stabbur",
            "per.vik@fjordvik",
            owner_.number,
            coordinator_.number,
            helper_.number};
  }

  // The files as they are on the disk, and a dump as an administrator takes it.
  std::map<std::string, std::string> Files() {
    auto session = database_.pool().Acquire(SystemClock().Now() + absl::Seconds(60));
    EXPECT_TRUE(session.ok()) << session.status();
    std::string tables;
    EXPECT_TRUE(session
                    ->Query("SELECT table_name FROM information_schema.tables"
                            " WHERE table_schema = DATABASE()",
                            {},
                            [&](const sql::Row& row) {
                              absl::StrAppend(&tables, tables.empty() ? "" : ", ", row.String(0));
                            })
                    .ok());
    // Writes what is still in memory, and holds it still.
    EXPECT_TRUE(session->Run("FLUSH BINARY LOGS").ok());
    EXPECT_TRUE(session->Run("FLUSH TABLES " + tables + " FOR EXPORT").ok());
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(server_.data())) {
      if (!entry.is_regular_file()) continue;
      std::stringstream bytes;
      bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      files[entry.path().string()] = bytes.str();
    }
    EXPECT_TRUE(session->Run("UNLOCK TABLES").ok());
    const std::string command = absl::StrCat("mariadb-dump --no-defaults -uroot -S ",
                                             server_.socket(), " ", database_.options().schema);
    FILE* dump = popen(command.c_str(), "r");
    std::string& text = files["dump"];
    char buffer[1 << 16];
    while (const size_t size = fread(buffer, 1, sizeof buffer, dump)) text.append(buffer, size);
    EXPECT_EQ(pclose(dump), 0);
    EXPECT_GT(text.size(), 10000u);
    return files;
  }

 private:
  const ip::testing::PrivateServer& server_;
};

std::string KindOf(const std::string& file) {
  if (file == "dump") return "dump";
  const std::string name = fs::path(file).filename();
  if (name.rfind("binlog", 0) == 0) return "binary log";
  if (name.rfind("ib_logfile", 0) == 0) return "redo log";
  return fs::path(file).extension() == ".ibd" ? "table" : "other";
}

// The same plan in a server of its own, with that cipher.
std::map<std::string, Found> Search(std::unique_ptr<crypto::Cipher> cipher) {
  const ip::testing::PrivateServer server(
      {"--log-bin=binlog", "--binlog-format=ROW", "--innodb-flush-log-at-trx-commit=1"});
  Disk disk(server, std::move(cipher));
  const auto texts = disk.Fill();
  std::map<std::string, Found> found;
  for (const auto& [file, bytes] : disk.Files()) {
    for (const std::string& text : texts) found[KindOf(file)][text] += Occurrences(text, bytes);
  }
  return found;
}

TEST(Encryption, NoTextNameOrNumberLiesReadableOnTheDiskOrInADump) {
  const auto found =
      Search(*crypto::KeyRing::Parse("1 " + crypto::ToBase64Url(std::string(32, 'k'))));
  for (const char* kind : {"table", "redo log", "binary log", "dump"}) {
    EXPECT_TRUE(found.contains(kind)) << kind;
  }
  for (const auto& [kind, counts] : found) {
    for (const auto& [text, count] : counts) EXPECT_EQ(count, 0) << text << " in " << kind;
  }
}

TEST(Encryption, TheSearchFindsAllOfThemWhenEncryptionIsOff) {
  const auto found = Search(std::make_unique<ip::testing::PlainCipher>());
  for (const char* kind : {"table", "redo log", "binary log", "dump"}) {
    for (const auto& [text, count] : found.at(kind)) EXPECT_GT(count, 0) << text << " in " << kind;
  }
}

// A ciphertext opens only where it lies: copied to another row it is an error, not another's plan.
TEST_F(PlanServiceTest, ACiphertextMovedToAnotherRowDoesNotOpen) {
  const std::string plan = Opened().name();
  const std::string other = OpenedFor(stranger_).name();
  Must(Read(plan, owner_));
  const auto log = [&] {
    pb::ListAccessLogEntriesRequest list;
    list.set_parent(plan);
    return Access(&AccessStub::ListAccessLogEntries, list, owner_).ok();
  };
  EXPECT_TRUE(log());
  database_.Run("INSERT INTO access_log SELECT plan, 2, accessor, entry, hash FROM access_log;");
  EXPECT_FALSE(log());
  database_.Run("DELETE FROM access_log WHERE number = 2;");
  EXPECT_TRUE(Read(plan, owner_).ok());
  database_.Run(absl::StrCat(
      "UPDATE plan a JOIN plan b ON b.name = '", other,
      "' SET a.document = b.document, a.revision = b.revision WHERE a.name = '", plan, "';"));
  EXPECT_EQ(Read(plan, owner_).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace ip::plan::testing
