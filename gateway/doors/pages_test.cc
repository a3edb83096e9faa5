// Files and the API's description, as browsers and their caches ask for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gateway/doors/api_pages.h"
#include "gateway/doors/page.h"
#include "gateway/doors/static_files.h"
#include "lib/base/id.h"

namespace ip::gateway {
namespace {

using testing::HasSubstr;

HttpRequest Get(const std::string& target, const std::string& name = "accept",
                const std::string& value = "*/*") {
  HttpRequest request(http::verb::get, target, 11);
  request.set(name, value);
  return request;
}

std::string Gunzip(const std::string& bytes) {
  z_stream stream = {};
  inflateInit2(&stream, 15 + 16);
  std::string out(1 << 22, 0);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

class Files : public testing::Test {
 protected:
  Files() {
    std::filesystem::create_directories(folder_ + "/assets");
    Write("/index.html", "<!doctype html><title>ip</title>");
    Write("/assets/app-1234.js", script_);
  }
  ~Files() override { std::filesystem::remove_all(folder_); }
  void Write(const std::string& path, const std::string& text) {
    std::ofstream(folder_ + path) << text;
  }

  const std::string folder_ = testing::TempDir() + "files-" + NewToken(6);
  const std::string script_ = "/*" + std::string(5000, 'x') + "*/";
  StaticFiles files_{folder_};
};

TEST_F(Files, HaveStrictHeaders) {
  const HttpResponse page = files_.Answer(Get("/planer/abc"));
  EXPECT_EQ(page.result_int(), 200u);
  EXPECT_THAT(std::string(page["Content-Security-Policy"]), HasSubstr("default-src 'none'"));
  EXPECT_THAT(std::string(page["Content-Security-Policy"]), HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(std::string(page["Content-Security-Policy"]),
              HasSubstr("require-trusted-types-for 'script'; trusted-types 'none'"));
  EXPECT_EQ(page["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(page["Referrer-Policy"], "no-referrer");
  EXPECT_EQ(page["Cross-Origin-Opener-Policy"], "same-origin");
  EXPECT_EQ(page["Cache-Control"], "no-store");
}

TEST_F(Files, AreCompressedForWhoTakesIt) {
  const HttpResponse plain = files_.Answer(Get("/assets/app-1234.js"));
  EXPECT_EQ(plain.body(), script_);
  EXPECT_EQ(plain["Vary"], "Accept-Encoding");
  EXPECT_EQ(plain.count("Content-Encoding"), 0u);
  for (const char* takes : {"gzip", "br, gzip;q=0.5", "GZIP"}) {
    const HttpResponse small = files_.Answer(Get("/assets/app-1234.js", "accept-encoding", takes));
    EXPECT_EQ(small["Content-Encoding"], "gzip") << takes;
    EXPECT_LT(small.body().size(), 200u);
    EXPECT_EQ(Gunzip(small.body()), script_);
  }
  for (const char* refuses : {"gzip;q=0", "br", "identity"}) {
    EXPECT_EQ(files_.Answer(Get("/assets/app-1234.js", "accept-encoding", refuses)).body(), script_)
        << refuses;
  }
}

TEST_F(Files, AreKeptByBrowsersAndAskedForAgainOnlyWhenChanged) {
  const HttpResponse first = files_.Answer(Get("/assets/app-1234.js"));
  EXPECT_EQ(first["Cache-Control"], "public, max-age=31536000, immutable");
  const std::string etag(first["ETag"]);
  ASSERT_NE(etag, "");
  const HttpResponse again = files_.Answer(Get("/assets/app-1234.js", "if-none-match", etag));
  EXPECT_EQ(again.result_int(), 304u);
  EXPECT_EQ(again.body(), "");
  std::filesystem::last_write_time(
      folder_ + "/assets/app-1234.js",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  Write("/assets/app-1234.js", "changed");
  EXPECT_EQ(files_.Answer(Get("/assets/app-1234.js", "if-none-match", etag)).body(), "changed");
}

TEST_F(Files, LeadNowhereElse) {
  Write("/../outside.txt", "secret");
  for (const char* hostile : {"/../outside.txt", "/assets/../../outside.txt", "/%2e%2e/outside.txt",
                              "/.hidden.txt", "/assets/.git.js", "//etc/passwd.txt"}) {
    EXPECT_NE(files_.Answer(Get(hostile)).body(), "secret") << hostile;
  }
  HttpRequest post(http::verb::post, "/", 11);
  EXPECT_EQ(files_.Answer(post).result_int(), 405u);
  std::filesystem::remove(folder_ + "/../outside.txt");
}

TEST(Api, IsDescribedForToolsAndPeople) {
  const auto answer = ApiPage(Get("/api/openapi.json"));
  ASSERT_TRUE(answer.has_value());
  const auto api = nlohmann::json::parse(answer->body());
  EXPECT_EQ(api["openapi"], "3.1.0");
  EXPECT_TRUE(api["paths"].contains("/individuellplan.plan.v1.PlanService/GetPlan"));
  EXPECT_FALSE(api["paths"].contains("/individuellplan.plan.v1.PlanFeedService/WatchEvents"))
      << "what only services call is not public";
  const auto page = ApiPage(Get("/api"));
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(page->body(), HasSubstr("GetPlan"));
  EXPECT_EQ((*page)["Content-Type"], "text/html; charset=utf-8");
  EXPECT_TRUE(ApiPage(Get("/api/reference.css")).has_value());
  EXPECT_FALSE(ApiPage(Get("/api/other")).has_value());
}

}  // namespace
}  // namespace ip::gateway
