// Who may do what: one pure function over facts, driven by one table (web-and-security.md § 3.3).
// The facts (who takes part, consents, blocks) are gathered by the service that owns the resource.
#ifndef LIB_AUTHZ_DECIDE_H_
#define LIB_AUTHZ_DECIDE_H_

#include <set>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "individuellplan/type/v1/access.pb.h"

namespace ip::authz {

using individuellplan::type::v1::Action;
using individuellplan::type::v1::Section;

// What the caller is to the resource, by the facts that stand in it.
enum class Relation {
  kOwner,            // the plan is theirs, or the notice is about them
  kRepresentative,   // acts for the owner with a mandate to act
  kReader,           // acts for the owner with a mandate to read
  kCoordinator,      // is the plan's coordinator now
  kNominee,          // is asked to be coordinator
  kParticipant,      // takes part in the responsibility group
  kNotifier,         // sent the notice
  kCaseWorker,       // works at the coordinating unit that answers for the resource
  kUnitLeader,       // leads that unit
  kEmergency,        // has opened the plan in an emergency
  kHealthPersonnel,  // has an HPR number and nothing to do with the plan, and could open it so
  kService,          // is another service of the suite
};

using Sections = std::set<Section>;

// All sections there are.
const Sections& AllSections();

// One relation with what it opens.
struct Basis {
  Relation relation;
  // The sections this relation opens for reading; ignored for relations that open all.
  Sections sections;
  // "plans/{plan}/consents/{consent}" relied on, "" when none.
  std::string consent;
};

struct Facts {
  std::vector<Basis> bases;
  // The owner has shut the caller out: of everything, or of these sections.
  bool blocked = false;
  Sections blocked_sections;
};

struct Decision {
  bool allowed = false;
  // Why, for log and access log: "OWNER", "COORDINATOR", "CONSENT", "UNIT", "BLOCKED",
  // "NO_RELATION" …
  std::string reason;
  std::string consent;
  // What may be read; empty when nothing.
  Sections sections;
};

// Blocks beat everything; then any basis whose relation the table allows for `action` opens the
// door. The owner and who represents them cannot be blocked.
Decision Decide(Action action, const Facts& facts);

// True when the table allows `relation` to do `action` at all.
bool TableAllows(Relation relation, Action action);

// The table as Markdown, for docs/access.md.
std::string RenderTable();

// Removes from `message` every field whose section (option individuellplan.type.v1.section) is not
// in `visible`, in place. Fields without a section stay. Returns the sections that were removed.
Sections Prune(google::protobuf::Message& message, const Sections& visible);

}  // namespace ip::authz

#endif  // LIB_AUTHZ_DECIDE_H_
